import { Command as Commander, CommanderError, Option } from "commander";
import { DbopsError } from "./lib/core/errors.js";
import type { ArgumentSpec, Command, OptionSpec, RawInput, RegistryEntry } from "./lib/runtime/command.js";
import { type CommandTable, groupOf, type Named, nameCommand, subcommandsOf } from "./lib/runtime/command-words.js";
import { GLOBAL_OPTIONS } from "./lib/runtime/global-flags.js";
import { leafHelp, rootHelp } from "./lib/runtime/help.js";
import { HELP_TOPICS } from "./lib/runtime/help-topics.js";
import { helpTopic } from "./lib/runtime/help-words.js";
import { unknownLeadingFlag } from "./lib/runtime/leading-flags.js";

/** What a command line asks for. */
export type Asked =
  | { readonly kind: "run"; readonly command: Command; readonly raw: RawInput; readonly siblings: readonly string[] }
  | { readonly kind: "print"; readonly text: string; readonly isError: boolean };

export interface CommandLine {
  readonly argv: readonly string[];
  /** What stood after the first `--`. */
  readonly passThrough: readonly string[] | null;
  readonly version: string;
}

/** Understands a command line; loads only the module of the command that it names. USAGE.INVALID. */
export async function parseCommandLine(line: CommandLine, table: CommandTable): Promise<Asked> {
  const { argv, version } = line;
  if (argv[0] === "help") {
    const topic = helpTopic(argv.slice(1), table);
    if (topic !== null) return { kind: "print", text: topic.text(), isError: false };
    return await parseCommandLine({ ...line, argv: [...argv.slice(1), "--help"] }, table);
  }
  const named = findCommand(argv, table);
  const wantsHelp = argv.includes("--help") || argv.includes("-h");
  // A person is shown what there is; a program gets its document.
  const isRefusal = !wantsHelp && argv.includes("--json");
  if (named.kind === "nothing") {
    if (argv.includes("--version") || argv.includes("-V"))
      return { kind: "print", text: `${version}\n`, isError: false };
    if (isRefusal) throw withoutCommand(null);
    return { kind: "print", text: rootHelp(table, null) + topicsHelp(), isError: !wantsHelp };
  }
  if (named.kind === "group") {
    if (isRefusal) throw withoutCommand(named.group.name);
    return { kind: "print", text: rootHelp(table, named.group), isError: !wantsHelp };
  }
  const command = await named.entry.load();
  if (wantsHelp) return { kind: "print", text: leafHelp(command.spec, siblings(named.entry, table)), isError: false };
  const raw = parseLeaf(named, command, { line, table });
  return { kind: "run", command, raw, siblings: siblings(named.entry, table) };
}

function withoutCommand(group: string | null): DbopsError {
  const line = ["dbops", group].filter((word) => word !== null).join(" ");
  return new DbopsError("USAGE.INVALID", {
    message: `${line} needs a command`,
    hint: `\`${line} --help\` lists them`,
  });
}

function topicsHelp(): string {
  return `help topics (dbops help TOPIC): ${HELP_TOPICS.map(({ name }) => name).join(", ")}\n`;
}

/** A misspelt flag before the command is what is wrong, also where its value was taken for the command. */
function findCommand(argv: readonly string[], table: CommandTable): Named {
  const flag = unknownLeadingFlag(argv);
  try {
    const named = nameCommand(argv, table);
    if (named.kind !== "nothing" || flag === null) return named;
  } catch (error) {
    throw flag?.isMisspelt === true ? flag.error : error;
  }
  throw flag.error;
}

interface Surroundings {
  readonly line: CommandLine;
  readonly table: CommandTable;
}

function parseLeaf(
  named: { readonly entry: RegistryEntry; readonly rest: readonly string[] },
  command: Command,
  { line, table }: Surroundings,
): RawInput {
  const { spec } = command;
  if (line.passThrough !== null && spec.acceptsPassThrough !== true) {
    throw new DbopsError("USAGE.INVALID", {
      message: `dbops ${spec.path} passes nothing on, so "--" has no meaning here`,
      hint: `leave out everything from "--" on; \`dbops ${spec.path} --help\` lists the flags`,
    });
  }
  const parser = leafParser(spec.path, spec.args ?? [], [...(spec.options ?? []), ...GLOBAL_OPTIONS]);
  try {
    parser.parse([...named.rest], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw usageError(error, named, table);
  }
  return { args: parser.args, options: parser.opts(), passThrough: line.passThrough ?? [] };
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

function usageError(
  error: CommanderError,
  named: { entry: RegistryEntry; rest: readonly string[] },
  table: CommandTable,
): DbopsError {
  const { path } = named.entry;
  const [message = ""] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = /\(Did you mean (.*)\?\)/.exec(error.message)?.[1];
  const subcommand = named.rest.find((word) => siblings(named.entry, table).includes(word));
  const isMisplaced = error.code === "commander.excessArguments" && subcommand !== undefined;
  const others = named.rest.filter((word) => word !== subcommand);
  const misplaced = `the subcommand comes first: \`dbops ${[groupOf(path, table)?.name, subcommand, ...others].join(" ")}\``;
  const help =
    suggestion === undefined ? `\`dbops ${path} --help\` shows what it takes` : `did you mean ${suggestion}?`;
  return new DbopsError("USAGE.INVALID", { message, hint: isMisplaced ? misplaced : help, cause: error });
}

function siblings(entry: RegistryEntry, table: CommandTable): string[] {
  const group = groupOf(entry.path, table);
  return group === null ? [] : subcommandsOf(group, table);
}
