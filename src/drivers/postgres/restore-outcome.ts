import { type ChildEnd, STDERR_KEPT_CHARS } from "../../lib/system/child-registry.js";
import type { LoadPlace } from "./load-place.js";
import type { Tool } from "./tools.js";

/** The first version whose programs begin by lifting transaction_timeout, which no older server knows. */
export const SETS_TRANSACTION_TIMEOUT = 17;

const ERROR = /^pg_restore: error: (.*)$/gm;
const HARMLESS = /^could not execute query: ERROR: +unrecognized configuration parameter "transaction_timeout"$/;
const LAST_LINE = /^pg_restore: warning: errors ignored on restore: [1-9]\d*$/;

/** Whether this pg_restore's own first words are refused by the server: it must not stop at that error. */
export function isRefusedAtFirst({ major }: Tool, place: Pick<LoadPlace, "major">): boolean {
  return major >= SETS_TRANSACTION_TIMEOUT && place.major < SETS_TRANSACTION_TIMEOUT;
}

/**
 * Whether all that went wrong are those first words, said once by pg_restore and once by each of its jobs. Its last line
 * says that it got to its end; what it said before must be known whole.
 */
export function wasOnlyRefusedAtFirst({ code, stderr }: ChildEnd): boolean {
  if (code !== 1 || stderr.length >= STDERR_KEPT_CHARS) return false;
  if (!LAST_LINE.test(stderr.trimEnd().split("\n").at(-1) ?? "")) return false;
  const errors = [...stderr.matchAll(ERROR)];
  return errors.length > 0 && errors.every(([, text = ""]) => HARMLESS.test(text));
}
