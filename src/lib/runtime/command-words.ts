import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import type { Group, RegistryEntry } from "./command.js";
import { GLOBAL_VALUE_FLAGS } from "./global-flags.js";

export interface CommandTable {
  readonly groups: readonly Group[];
  readonly commands: readonly RegistryEntry[];
}

/** What the first words of a command line name. */
export type Named =
  | { readonly kind: "command"; readonly entry: RegistryEntry; readonly rest: readonly string[] }
  | { readonly kind: "group"; readonly group: Group }
  | { readonly kind: "nothing" };

/**
 * Finds the command: its words stand first, global flags aside. A group without a subcommand means its default one.
 * USAGE.INVALID with did-you-mean for an unknown verb.
 */
export function nameCommand(argv: readonly string[], table: CommandTable): Named {
  const [verbAt, secondAt] = wordPositions(argv);
  const verb = verbAt === undefined ? undefined : argv[verbAt];
  if (verbAt === undefined || verb === undefined) return { kind: "nothing" };
  const group = table.groups.find(({ name }) => name === verb);
  if (group === undefined) return { kind: "command", entry: single(verb, table), rest: without(argv, [verbAt]) };
  const second = secondAt === undefined ? undefined : argv[secondAt];
  const named = table.commands.find(({ path }) => path === `${verb} ${second}`);
  if (named !== undefined && secondAt !== undefined)
    return { kind: "command", entry: named, rest: without(argv, [verbAt, secondAt]) };
  const fallback = table.commands.find(({ path }) => path === `${verb} ${group.defaultCommand}`);
  if (fallback !== undefined) return { kind: "command", entry: fallback, rest: without(argv, [verbAt]) };
  if (second === undefined) return { kind: "group", group };
  throw unknown(
    `${verb} ${second}`,
    subcommandsOf(group, table).map((path) => `${verb} ${path}`),
  );
}

/** The last words of a group's commands. */
export function subcommandsOf(group: Group, table: CommandTable): string[] {
  return table.commands
    .filter(({ path }) => path.startsWith(`${group.name} `))
    .map(({ path }) => path.slice(group.name.length + 1));
}

/** Positions of the first two words that are neither global flags nor their values; anything else ends the search. */
function wordPositions(argv: readonly string[]): number[] {
  const positions: number[] = [];
  for (let index = 0; index < argv.length && positions.length < 2; index += 1) {
    const word = argv[index] ?? "";
    if (GLOBAL_VALUE_FLAGS.has(word)) index += 1;
    else if (!word.startsWith("-") || word === "-") positions.push(index);
    else if (positions.length === 1 && !isGlobalSwitch(word)) break;
  }
  return positions;
}

const GLOBAL_SWITCHES = /^(--json|-q|--quiet|-v|--verbose|--no-color|-n|--dry-run|-y|--yes|--no-input|--\w[\w-]*=.*)$/;

function isGlobalSwitch(word: string): boolean {
  return GLOBAL_SWITCHES.test(word);
}

function single(verb: string, table: CommandTable): RegistryEntry {
  const entry = table.commands.find(({ path }) => path === verb);
  if (entry !== undefined) return entry;
  const [grouped, ...others] = table.commands.filter(({ path }) => path.endsWith(` ${verb}`));
  if (grouped !== undefined && others.length === 0) throw unknownBut(verb, grouped.path);
  throw unknown(verb, [...table.groups.map(({ name }) => name), ...table.commands.map(({ path }) => path)]);
}

function without(argv: readonly string[], positions: readonly number[]): string[] {
  return argv.filter((_, index) => !positions.includes(index));
}

function unknown(words: string, candidates: readonly string[]): DbopsError {
  return unknownBut(words, didYouMean(words, candidates));
}

function unknownBut(words: string, near: string | null): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `unknown command "${words}"`,
    hint: near === null ? "`dbops --help` lists the commands" : `did you mean \`dbops ${near}\`?`,
  });
}
