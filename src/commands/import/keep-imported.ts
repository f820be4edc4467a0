import { asDbopsError, DbopsError } from "../../lib/core/errors.js";
import type { Outcome } from "../define.js";
import type { ImportData } from "./import-schema.js";
import type { ImportWork } from "./import-work.js";

/** Adds the kept files to what was imported; that they could not be kept is an error beside it. */
export async function keepImported(
  outcome: Outcome<ImportData>,
  { keep }: Pick<ImportWork, "keep">,
): Promise<Outcome<ImportData>> {
  if (keep === null) return outcome;
  try {
    const archived = [...(await keep())];
    return { ...outcome, data: { import: { ...outcome.data.import, archived } } };
  } catch (cause) {
    const { code, message, why, hint } = asDbopsError(cause);
    const error = new DbopsError(code, {
      message: `everything is imported, but its source is not kept: ${message}`,
      why: why ?? undefined,
      hint: hint ?? undefined,
      cause,
    });
    return { ...outcome, error: outcome.error ?? error, exit: error.exitName };
  }
}
