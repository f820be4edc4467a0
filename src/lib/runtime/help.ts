import { EXIT_CODES } from "../core/exit-codes.js";
import { type Command, type Group, type OptionSpec, requiredWords } from "./command.js";
import type { CommandTable } from "./command-words.js";
import { GLOBAL_OPTIONS } from "./global-flags.js";

const DANGERS = {
  reads: "It only reads.",
  writes: "It writes, and never changes data of the target.",
  locks: "It may lock or rewrite data: asks y/N, or needs --yes.",
  destroys: "It may destroy data of the target: asks for the target's name, or needs --confirm TOKEN.",
} as const;

/** All commands, or those of one group. */
export function rootHelp(table: CommandTable, group: Group | null): string {
  const shown = table.commands.filter(({ path }) => group === null || path.startsWith(`${group.name} `));
  const title =
    group === null
      ? "dbops: operations for SQLite and PostgreSQL – proven, not hoped"
      : `dbops ${group.name}: ${group.summary}`;
  const usage = `usage: dbops ${group === null ? "<command>" : `${group.name} <command>`} [target] [flags]`;
  const lines = columns(shown.map(({ path, summary }) => [path + defaultNote(path, table), summary]));
  return [title, "", usage, "", "commands", ...lines, "", ...(group === null ? globalSection() : []), footer()].join(
    "\n",
  );
}

/** One command: purpose, examples, arguments, flags, danger, exit status. */
export function leafHelp(spec: Command["spec"], siblings: readonly string[]): string {
  const args = spec.args ?? [];
  const usage =
    ["usage: dbops", spec.path, ...requiredWords(spec), "[flags]"].join(" ") +
    (spec.acceptsPassThrough ? " [-- args]" : "");
  return [
    `dbops ${spec.path}: ${spec.summary}`,
    "",
    usage,
    "",
    ...section(
      "examples",
      spec.examples.map(([command, meaning]) => [command, meaning]),
    ),
    ...section(
      "arguments",
      args.map(({ name, help }) => [name, help]),
    ),
    ...section("flags", (spec.options ?? []).map(optionLine)),
    ...globalSection(),
    ...(siblings.length > 1
      ? [`other subcommands: ${siblings.filter((name) => !spec.path.endsWith(` ${name}`)).join(", ")}`, ""]
      : []),
    DANGERS[spec.danger],
    "",
    footer(),
  ].join("\n");
}

/** The table of exit codes. */
export function exitCodesHelp(): string {
  return [
    ...section(
      "exit codes",
      Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
    ),
    "An unknown code is a failure.",
    "",
  ].join("\n");
}

function defaultNote(path: string, { groups }: CommandTable): string {
  const isDefault = groups.some(({ name, defaultCommand }) => path === `${name} ${defaultCommand}`);
  return isDefault ? " (default)" : "";
}

function globalSection(): string[] {
  return section("flags of every command", GLOBAL_OPTIONS.map(optionLine));
}

function optionLine({ flags, help, choices, isRepeatable }: OptionSpec): [string, string] {
  return [
    flags,
    `${help}${choices === undefined ? "" : ` (${choices.join(", ")})`}${isRepeatable ? " (repeatable)" : ""}`,
  ];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : [title, ...columns(rows), ""];
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(44, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

function footer(): string {
  return "exit status: 0 done, 2 usage, 4 found problems, 10 verification failed; all: dbops help exit-codes\n";
}
