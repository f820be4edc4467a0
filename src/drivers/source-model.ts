import type { FieldValue } from "../lib/core/field-value.js";
import type { Table } from "./schema-model.js";

/** A database file whose rows are to be loaded elsewhere, as it is at one moment; nothing that is written in it is run. */
export interface RecordSource extends AsyncDisposable {
  readonly engine: string;
  /** Those that hold rows. */
  readonly tables: readonly Table[];
  /** Tables that hold none of their own, and are left out. */
  readonly left: readonly string[];
  /** The rows in batches, exact, of these columns in this order. DB.DAMAGED, DB.REFUSED. */
  read(table: Table, columns: readonly string[]): AsyncIterable<readonly (readonly FieldValue[])[]>;
  /** Makes a copy of the file as it is read: a private, new file. RESOURCE.DISK_FULL. */
  copyTo(path: string): Promise<void>;
}
