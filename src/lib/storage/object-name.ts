import { DbopsError } from "../core/errors.js";

const LONGEST_BYTES = 200;

/** USAGE.INVALID for a name that would leave the store, be hidden in it or look half written. */
export function checkObjectName(name: string): void {
  const problem = problemOf(name);
  if (problem === null) return;
  throw new DbopsError("USAGE.INVALID", { message: `${JSON.stringify(name)} cannot be in a store`, why: problem });
}

function problemOf(name: string): string | null {
  if (name === "") return "the name is empty";
  if (name.includes("/") || name.includes("\0")) return "a name holds no slash and no zero byte";
  if (name.startsWith(".")) return "a name does not begin with a dot";
  if (name.endsWith(".partial")) return "names ending in .partial are kept for unfinished objects";
  if (Buffer.byteLength(name) > LONGEST_BYTES) return `a name has at most ${LONGEST_BYTES} bytes`;
  return null;
}
