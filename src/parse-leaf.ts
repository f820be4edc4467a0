import { Command as Commander, CommanderError, Option } from "commander";
import { DbopsError } from "./lib/core/errors.js";
import type { ArgumentSpec, Command, OptionSpec, RawInput } from "./lib/runtime/command.js";
import { GLOBAL_OPTIONS } from "./lib/runtime/global-flags.js";

interface Surroundings {
  /** What stood after the first `--`. */
  readonly passThrough: readonly string[] | null;
  /** The command's group and the subcommands of it. */
  readonly group: string | null;
  readonly siblings: readonly string[];
}

/** Arguments and flags of one command, from the words after its name. USAGE.INVALID. */
export function parseLeaf(words: readonly string[], { spec }: Command, around: Surroundings): RawInput {
  if (around.passThrough !== null && spec.acceptsPassThrough !== true) {
    throw new DbopsError("USAGE.INVALID", {
      message: `dbops ${spec.path} passes nothing on, so "--" has no meaning here`,
      hint: `leave out everything from "--" on; \`dbops ${spec.path} --help\` lists the flags`,
    });
  }
  const parser = leafParser(spec.path, spec.args ?? [], [...(spec.options ?? []), ...GLOBAL_OPTIONS]);
  try {
    parser.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw usageError(error, { ...around, path: spec.path, words });
  }
  return { args: parser.args, options: parser.opts(), passThrough: around.passThrough ?? [] };
}

function leafParser(path: string, args: readonly ArgumentSpec[], options: readonly OptionSpec[]): Commander {
  const parser = new Commander(`dbops ${path}`);
  parser.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  parser.helpOption(false).allowExcessArguments(false);
  for (const { name, help } of args) parser.argument(name, help);
  for (const { flags, help, choices, isRepeatable } of options) {
    const option = new Option(flags, help);
    if (choices !== undefined) option.choices([...choices]);
    if (isRepeatable) option.argParser((value, all: readonly string[] | undefined) => [...(all ?? []), value]);
    parser.addOption(option);
  }
  return parser;
}

interface Refused extends Surroundings {
  readonly path: string;
  readonly words: readonly string[];
}

function usageError(error: CommanderError, { path, words, group, siblings }: Refused): DbopsError {
  const [message = ""] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = /\(Did you mean (.*)\?\)/.exec(error.message)?.[1];
  const subcommand = words.find((word) => siblings.includes(word));
  const isMisplaced = error.code === "commander.excessArguments" && subcommand !== undefined;
  const others = words.filter((word) => word !== subcommand);
  const misplaced = `the subcommand comes first: \`dbops ${[group, subcommand, ...others].join(" ")}\``;
  const help =
    suggestion === undefined ? `\`dbops ${path} --help\` shows what it takes` : `did you mean ${suggestion}?`;
  return new DbopsError("USAGE.INVALID", { message, hint: isMisplaced ? misplaced : help, cause: error });
}
