import { DbopsError } from "./lib/core/errors.js";
import type { Command, RawInput, RegistryEntry } from "./lib/runtime/command.js";
import { type CommandTable, groupOf, type Named, nameCommand, subcommandsOf } from "./lib/runtime/command-words.js";
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
  const { parseLeaf } = await import("./parse-leaf.js");
  const around = {
    passThrough: line.passThrough,
    siblings: siblings(named.entry, table),
    group: groupName(named.entry, table),
  };
  return { kind: "run", command, raw: parseLeaf(named.rest, command, around), siblings: around.siblings };
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

function siblings(entry: RegistryEntry, table: CommandTable): string[] {
  const group = groupOf(entry.path, table);
  return group === null ? [] : subcommandsOf(group, table);
}

function groupName({ path }: RegistryEntry, table: CommandTable): string | null {
  return groupOf(path, table)?.name ?? null;
}
