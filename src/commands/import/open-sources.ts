import { DbopsError } from "../../lib/core/errors.js";
import type { OpenedInput } from "../../lib/import/read-input.js";
import { sourceTables } from "../../lib/import/source-tables.js";
import type { RecordTable } from "../../lib/transfer/record-model.js";
import type { Context } from "../define.js";
import { requireForDatabase, requireForTables } from "./given-flags.js";
import type { ImportInput } from "./import-input.js";

export interface OpenedSources {
  readonly tables: readonly RecordTable[];
  /** Copies a database as it was read; null where the input's own files can be copied. */
  readonly copyTo: ((path: string) => Promise<void>) | null;
}

/** The tables of an input that is no script. IMPORT.INPUT_INVALID for a database file without any, CONNECT.*. */
export async function openSources(
  context: Context,
  input: ImportInput,
  opened: Exclude<OpenedInput, { kind: "script" }>,
): Promise<OpenedSources> {
  if (opened.kind === "tables") {
    requireForTables(input.given, opened.tables);
    return { tables: opened.tables, copyTo: null };
  }
  const { path, place } = opened;
  requireForDatabase(input.given, place);
  const source = await context.openSource(path);
  if (source.left.length > 0) {
    context.progress.note(`left out of ${place}: ${source.left.join(", ")}, which hold no rows of their own`);
  }
  if (source.tables.length > 0) {
    // What was unfolded of a compressed file is ours alone.
    const isOriginal = path === opened.original.path;
    return { tables: sourceTables(source, place), copyTo: isOriginal ? (copy) => source.copyTo(copy) : null };
  }
  throw new DbopsError("IMPORT.INPUT_INVALID", { message: `${place} is a database without a table` });
}
