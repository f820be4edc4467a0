import { DbopsError } from "../../lib/core/errors.js";
import type { OpenedInput } from "../../lib/import/read-input.js";
import { sourceTables } from "../../lib/import/source-tables.js";
import type { RecordTable } from "../../lib/transfer/record-model.js";
import type { Context } from "../define.js";
import { requireForDatabase } from "./given-flags.js";
import type { ImportInput } from "./import-input.js";

/** The tables of an input that is no script. IMPORT.INPUT_INVALID for a database file without any, CONNECT.*. */
export async function openSources(
  context: Context,
  input: ImportInput,
  opened: Exclude<OpenedInput, { kind: "script" }>,
): Promise<readonly RecordTable[]> {
  if (opened.kind === "tables") return opened.tables;
  const { path, place } = opened;
  requireForDatabase(input.given, place);
  const source = await context.openSource(path);
  if (source.left.length > 0) {
    context.progress.note(`left out of ${place}: ${source.left.join(", ")}, which hold no rows of their own`);
  }
  if (source.tables.length > 0) return sourceTables(source, place);
  throw new DbopsError("IMPORT.INPUT_INVALID", { message: `${place} is a database without a table` });
}
