import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import { GLOBAL_OPTIONS, GLOBAL_VALUE_FLAGS } from "./global-flags.js";

const GLOBAL_FLAGS: readonly string[] = [
  ...GLOBAL_OPTIONS.flatMap(({ flags }) => flags.split(/[ ,]+/).filter((word) => word.startsWith("-"))),
  ...["-h", "--help", "-V", "--version"],
];

export interface UnknownFlag {
  /** USAGE.INVALID with did-you-mean. */
  readonly error: DbopsError;
  /** Near to a global flag: what follows it may be its value. */
  readonly isMisspelt: boolean;
}

/** The first flag before any other word that is no global one; null when there is none. */
export function unknownLeadingFlag(argv: readonly string[]): UnknownFlag | null {
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (!word.startsWith("-") || word === "-") return null;
    if (GLOBAL_VALUE_FLAGS.has(word)) index += 1;
    else if (!isGlobal(word)) return unknown(word);
  }
  return null;
}

/** Short flags may be joined, to each other and to a value. */
function isGlobal(word: string): boolean {
  const [name = ""] = word.startsWith("--") ? word.split("=") : [word.slice(0, 2)];
  return GLOBAL_FLAGS.includes(name);
}

function unknown(word: string): UnknownFlag {
  const [name = ""] = word.split("=");
  const near = didYouMean(
    name,
    GLOBAL_FLAGS.filter((flag) => flag.startsWith("--")),
  );
  const hint = near === null ? "`dbops --help` lists the flags of every command" : `did you mean ${near}?`;
  const error = new DbopsError("USAGE.INVALID", { message: `unknown option '${name}'`, hint });
  return { error, isMisspelt: near !== null };
}
