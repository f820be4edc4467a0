import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import { parseDurationMs } from "../core/units.js";
import { splitCommand, wantsShell } from "./command-words.js";
import { type Leaf, leaf } from "./leaf.js";

/** How a secret is pointed at instead of being written down. */
export type SecretReference =
  | { readonly file: string }
  | { readonly env: string }
  | { readonly command: readonly string[] };

const TRUE_WORDS = ["true", "1", "yes", "on"];
const FALSE_WORDS = ["false", "0", "no", "off"];

/** Any non-empty text. */
export const text: Leaf<string> = leaf("a text", (value) =>
  typeof value === "string" && value.trim() !== "" ? value : undefined,
);

/** `true` or `false`, or the words for them that environment variables use. */
export const flag: Leaf<boolean> = leaf("true or false", (value) => {
  const word = String(value).toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
});

/** A duration, in milliseconds. */
export const duration: Leaf<number> = leaf('a duration such as 90s, 25h, 7d or "25 hours"', durationMs);

/** One duration or several, in milliseconds. */
export const durations: Leaf<readonly number[]> = leaf("durations such as 25h, 48h", (value) =>
  allOf(listOf(value), durationMs),
);

/** age recipients: one, several separated by commas, or a list. */
export const recipients: Leaf<readonly string[]> = leaf(
  "age recipients: each begins with age1",
  (value) =>
    allOf(listOf(value), (word) => (typeof word === "string" && /^age1[a-z0-9]+$/.test(word) ? word : undefined)),
  { isSecret: true },
);

/** An argv array, or a text that is split at spaces without any shell. */
export const command: Leaf<readonly string[]> = leaf(
  "a command: [program, argument, …], or one line without | ; & < > (for these write [sh, -c, …])",
  argv,
);

/** `{file: PATH}`, `{env: NAME}`, its short form `${NAME}`, or `{command: […]}`. */
export const secretReference: Leaf<SecretReference> = leaf(
  "a reference, {file: PATH}, {env: NAME} or {command: [program, argument]}; a secret itself does not belong here",
  reference,
  { isSecret: true },
);

/** A whole number within bounds. */
export function count(least: number, most: number = Number.MAX_SAFE_INTEGER): Leaf<number> {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return leaf(`a whole number ${bounds}`, (value) => {
    const number = typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number) && number >= least && number <= most
      ? number
      : undefined;
  });
}

/** One of some words. */
export function choice<const Word extends string>(words: readonly Word[]): Leaf<Word> {
  return leaf(words.join(", "), (value) => words.find((word) => word === value), {
    advice: (value) => {
      const near = typeof value === "string" ? didYouMean(value, words) : null;
      return near === null ? "" : `; did you mean ${near}?`;
    },
  });
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "string" ? value.split(",").map((word) => word.trim()) : [value];
}

function allOf<T>(values: readonly unknown[], read: (value: unknown) => T | undefined): readonly T[] | undefined {
  const results = values.map(read).filter((result) => result !== undefined);
  return results.length === values.length ? results : undefined;
}

function durationMs(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return parseDurationMs(value);
  } catch (error) {
    if (error instanceof DbopsError) return undefined;
    throw error;
  }
}

function argv(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return wantsShell(value) ? undefined : (splitCommand(value) ?? undefined);
  const isArgv = Array.isArray(value) && value.length > 0 && value[0] !== "";
  return isArgv ? allOf(value, (word) => (typeof word === "string" ? word : undefined)) : undefined;
}

function reference(value: unknown): SecretReference | undefined {
  const name = typeof value === "string" ? /^\$\{([^}]+)\}$/.exec(value)?.[1] : undefined;
  if (name !== undefined) return { env: name };
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 1) return undefined;
  if ("file" in value && typeof value.file === "string" && value.file !== "") return { file: value.file };
  if ("env" in value && typeof value.env === "string" && value.env !== "") return { env: value.env };
  const words = "command" in value ? argv(value.command) : undefined;
  return words === undefined ? undefined : { command: words };
}
