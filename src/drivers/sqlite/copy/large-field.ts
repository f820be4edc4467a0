import type { CopyColumn } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import { bufferOf } from "../buffer-of.js";
import { escapeText } from "./canonical-text.js";
import type { Cell } from "./encode-cell.js";
import type { WalkWhere } from "./row-walk.js";
import { chosenDecoding, chosenText } from "./text-choice.js";
import { unfitValue } from "./unfit-value.js";

/** SQLite loads the whole value for each part of it: few parts are fast, small ones need less memory. */
const PARTS = 8;
const SLICE_BYTES = 1024 * 1024;

export interface LargeSource {
  readonly table: TableName;
  readonly column: CopyColumn;
  readonly cell: string;
  readonly key: string;
  /** Leads to the one row. */
  readonly from: string;
}

/** One large value as it stands in a row, in parts. COPY.UNFIT. */
export function* largeField(
  where: WalkWhere,
  source: LargeSource,
  parameters: readonly (Cell | null)[],
): Generator<Uint8Array> {
  const value = new LargeValue(where, source, parameters);
  const { kind } = source.column.type;
  if (kind === "bytes") {
    yield Buffer.from("\\\\x");
    for (const slice of value.slices()) yield Buffer.from(bufferOf(slice).toString("hex"), "latin1");
    return;
  }
  if (value.class !== "text" || !HOLDS_TEXT.has(kind))
    throw unfit(source, `a large ${value.class} does not fit ${kind}`);
  for (const text of texts(where, source, value)) yield Buffer.from(escapeText(text), "utf8");
}

const HOLDS_TEXT = new Set(["text", "json", "jsonb", "foreign"]);

/** Decoded as a whole: whether it is valid text is known before its first part is given. */
function* texts({ databaseText, choices }: WalkWhere, source: LargeSource, value: LargeValue): Generator<string> {
  const isValid = isValidText(value, databaseText.encoding);
  const decoding = isValid ? "lossy" : chosenDecoding(choices);
  if (typeof decoding === "object") throw unfit(source, "reason" in decoding ? decoding.reason : "");
  const decoder = new TextDecoder(decoding === "latin1" ? "latin1" : databaseText.encoding, { ignoreBOM: true });
  for (const slice of value.slices()) {
    const text = chosenText(decoder.decode(slice, { stream: true }), choices);
    if (text.kind !== "text") throw unfit(source, text.reason);
    yield text.text;
  }
}

function isValidText(value: LargeValue, encoding: string): boolean {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  try {
    for (const slice of value.slices()) decoder.decode(slice, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function unfit({ table, column, key }: LargeSource, reason: string): Error {
  return unfitValue({
    table,
    column: column.name,
    key,
    reason,
    hint: "a value of more than 8 MiB is only copied as it is",
  });
}

class LargeValue {
  readonly class: string;
  readonly #bytes: number;
  readonly #get: (start: number, length: number) => Uint8Array;

  constructor({ connection }: WalkWhere, { cell, from }: LargeSource, parameters: readonly (Cell | null)[]) {
    const facts = connection.db
      .prepare<unknown[], readonly [string, bigint]>(`SELECT typeof(${cell}), octet_length(${cell}) ${from}`)
      .raw()
      .get(...parameters);
    const [kind, bytes] = facts ?? ["null", 0n];
    this.class = kind;
    this.#bytes = Number(bytes);
    const part = connection.db
      .prepare<unknown[], Uint8Array>(`SELECT substr(CAST(${cell} AS BLOB), ?, ?) ${from}`)
      .pluck();
    this.#get = (start, length) => part.get(start + 1, length, ...parameters) ?? new Uint8Array(0);
  }

  *slices(): Generator<Uint8Array> {
    const partBytes = Math.max(SLICE_BYTES, Math.ceil(this.#bytes / PARTS));
    for (let start = 0; start < this.#bytes; start += partBytes) {
      const part = this.#get(start, partBytes);
      for (let at = 0; at < part.length; at += SLICE_BYTES) yield part.subarray(at, at + SLICE_BYTES);
    }
  }
}
