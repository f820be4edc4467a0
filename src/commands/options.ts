import { DbopsError } from "../lib/core/errors.js";
import { shellWord } from "../lib/core/shell-word.js";
import type { OptionSpec, RawInput } from "../lib/runtime/command.js";

export const TARGET_ARGUMENT = {
  name: "[target]",
  help: "a name in dbops.yaml, a SQLite file, a postgres:// URL or service:NAME",
} as const;

export const KEPT_ARGUMENT = { name: "[name]", help: "a kept state, as `dbops restore previous` shows it" } as const;

export const STORE_OPTION = { flags: "--store <dir>", help: "where backups live" } as const satisfies OptionSpec;

export const KEY_OPTIONS = [
  { flags: "--identity <file>", help: "age identity file that opens encrypted backups" },
  { flags: "--passphrase-file <file>", help: "file whose first line is the passphrase" },
] as const satisfies readonly OptionSpec[];

export const SCRATCH_OPTION = {
  flags: "--scratch <place>",
  help: "folder for throw-away copies, or the URL of a server to prove on",
} as const satisfies OptionSpec;

/** The target word: positional or -t, which must not contradict each other. USAGE.INVALID. */
export function targetWord(raw: RawInput, position = 0): string | null {
  const positional = raw.args[position] ?? null;
  const flagged = optionText(raw, "target");
  if (positional !== null && flagged !== null && positional !== flagged) {
    throw new DbopsError("USAGE.INVALID", {
      message: `two targets: "${positional}" and --target "${flagged}"`,
      hint: "name one",
    });
  }
  return positional ?? flagged;
}

/** The value of an option that takes one, or null. */
export function optionText(raw: RawInput, name: string): string | null {
  const value = raw.options[name];
  return typeof value === "string" ? value : null;
}

/** The values of a repeatable option. */
export function optionList(raw: RawInput, name: string): readonly string[] {
  const value = raw.options[name];
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}

export function optionFlag(raw: RawInput, name: string): boolean {
  return raw.options[name] === true;
}

/** A whole number of at least `least`, or null. USAGE.INVALID. */
export function optionCount(raw: RawInput, name: string, least: number): number | null {
  const text = optionText(raw, name);
  if (text === null) return null;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= least) return count;
  throw new DbopsError("USAGE.INVALID", {
    message: `"${text}" is not a number for --${dashed(name)}`,
    why: `it takes a whole number of at least ${least}`,
  });
}

/** One of the words, or null; the choices are those of the option's declaration. */
export function optionChoice<Word extends string>(raw: RawInput, name: string, words: readonly Word[]): Word | null {
  const text = optionText(raw, name);
  return words.find((word) => word === text) ?? null;
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A command for the same target and store as this one, to paste. */
export function again(
  command: string,
  { target, store }: { readonly target: string | null; readonly store: string | null },
): string {
  const place = store === null || store === "-" ? [] : ["--store", shellWord(store)];
  return ["dbops", command, ...(target === null ? [] : [shellWord(target)]), ...place].join(" ");
}
