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
  const positions = wordPositions(argv);
  const words = positions.map((at) => argv[at] ?? "");
  const [verb] = words;
  if (verb === undefined) return { kind: "nothing" };
  const depth = groupDepth(words, table);
  const group = groupNamed(words.slice(0, depth), table);
  if (group === null)
    return { kind: "command", entry: single(verb, table), rest: without(argv, positions.slice(0, 1)) };
  const next = words[depth];
  const named = table.commands.find(({ path }) => path === `${group.name} ${next}`);
  if (named !== undefined) return { kind: "command", entry: named, rest: without(argv, positions.slice(0, depth + 1)) };
  const fallback = table.commands.find(({ path }) => path === `${group.name} ${group.defaultCommand}`);
  if (fallback !== undefined)
    return { kind: "command", entry: fallback, rest: without(argv, positions.slice(0, depth)) };
  if (next === undefined) return { kind: "group", group };
  throw unknown(
    `${group.name} ${next}`,
    subcommandsOf(group, table).map((word) => `${group.name} ${word}`),
  );
}

/** The words that may stand behind a group's name, each once: of commands and of groups in it. */
export function subcommandsOf(group: Group, table: CommandTable): string[] {
  const rests = table.commands
    .filter(({ path }) => path.startsWith(`${group.name} `))
    .map(({ path }) => path.slice(group.name.length + 1));
  return [...new Set(rests.map((rest) => rest.split(" ")[0] ?? rest))];
}

/** The innermost group that a command is in; null for one that stands alone. */
export function groupOf(path: string, { groups }: CommandTable): Group | null {
  const around = groups.filter(({ name }) => path.startsWith(`${name} `));
  return around.sort((one, other) => other.name.length - one.name.length)[0] ?? null;
}

/** How many of the words name a group, each one within the one before. */
function groupDepth(words: readonly string[], table: CommandTable): number {
  let depth = 0;
  while (depth < words.length && groupNamed(words.slice(0, depth + 1), table) !== null) depth += 1;
  return depth;
}

function groupNamed(words: readonly string[], { groups }: CommandTable): Group | null {
  return groups.find(({ name }) => name === words.join(" ")) ?? null;
}

/** How many words a command's path has at most. */
const PATH_WORDS = 3;

/** Positions of the first words that are neither global flags nor their values; anything else ends the search. */
function wordPositions(argv: readonly string[]): number[] {
  const positions: number[] = [];
  for (let index = 0; index < argv.length && positions.length < PATH_WORDS; index += 1) {
    const word = argv[index] ?? "";
    if (GLOBAL_VALUE_FLAGS.has(word)) index += 1;
    else if (!word.startsWith("-") || word === "-") positions.push(index);
    else if (positions.length > 0 && !isGlobalSwitch(word)) break;
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
  const paths = [...table.groups.map(({ name }) => name), ...table.commands.map(({ path }) => path)];
  const [grouped, ...others] = paths.filter((path) => path.endsWith(` ${verb}`));
  if (grouped !== undefined && others.length === 0) throw unknownBut(verb, grouped);
  throw unknown(verb, paths);
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
