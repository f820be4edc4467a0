/** A number exactly as it was written: no double stands between a file and a database. */
export interface NumberText {
  readonly kind: "number";
  readonly text: string;
}

/** An array or object as JSON text. */
export interface JsonText {
  readonly kind: "json";
  readonly text: string;
}

/** Text whose bytes are not UTF-8, as SQLite may hold it. */
export interface RawText {
  readonly kind: "text";
  readonly bytes: Uint8Array;
}

/** A value as a file spells it; the column that takes it decides what it becomes. A text says nothing of its type. */
export type FieldValue = null | string | boolean | Uint8Array | NumberText | JsonText | RawText;
