import type { ByteSource } from "./read-bytes.js";
import type { RecordFormat, TextEncoding } from "./read-request.js";

/** One file of records, and all that is known about its spelling. */
export interface RecordFile {
  readonly source: ByteSource;
  readonly format: RecordFormat;
  /** The table that its own name or the manifest names; null when nothing does. */
  readonly name: string | null;
  readonly schema: string | null;
  readonly encoding: TextEncoding;
  /** null = found out by looking, or what the format says. */
  readonly delimiter: string | null;
  readonly quote: string | null;
  readonly hasHeader: boolean;
  readonly nullText: string | null;
  /** null = as the file itself tells. */
  readonly columns: readonly string[] | null;
  /** Whether a NUL character may stand in a field: only in what we wrote ourselves. */
  readonly canHoldNul: boolean;
}
