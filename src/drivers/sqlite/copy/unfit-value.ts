import { DbopsError } from "../../../lib/core/errors.js";
import type { TableName } from "../../driver.js";
import { type Cell, textOf } from "./encode-cell.js";

const SHOWN = 60;

interface UnfitPlace {
  readonly table: TableName;
  readonly column: string;
  /** Of the row, for people. */
  readonly key: string;
  readonly reason: string;
  readonly hint: string;
}

/** COPY.UNFIT with the value's place. */
export function unfitValue({ table, column, key, reason, hint }: UnfitPlace): DbopsError {
  return new DbopsError("COPY.UNFIT", {
    message: `${table.name}.${column} has a value that does not fit, at ${key}`,
    why: reason,
    hint,
  });
}

/** A value as people are shown it: its class and its beginning. */
export function shownValue(cell: Cell): string {
  if (cell instanceof Uint8Array) {
    const hex = Buffer.from(cell.subarray(0, SHOWN / 2)).toString("hex");
    return `blob x'${hex}${cell.length > SHOWN / 2 ? "…" : ""}'`;
  }
  const text = textOf(cell);
  const short = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  if (typeof cell === "string") return `text ${JSON.stringify(short)}`;
  return `${typeof cell === "bigint" ? "integer" : "real"} ${short}`;
}
