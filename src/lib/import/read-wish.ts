import { DbopsError } from "../core/errors.js";
import type { ReadWish } from "./read-request.js";

/** USAGE.INVALID for a spelling that no file can have. */
export function requirePossible({ delimiter, quote }: ReadWish): void {
  if (delimiter === null || delimiter !== quote) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `--delimiter and --quote are both ${JSON.stringify(delimiter)}`,
    why: "no field could be told from the next",
    hint: "leave out the one that you are not sure of: it is found out",
  });
}
