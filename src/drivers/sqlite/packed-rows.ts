import type { FieldValue, RawText } from "../../lib/core/field-value.js";
import { type Bound, type BoundColumn, bindValue, isLoose } from "./bind-value.js";

/** Records on their way to the child, bound already: one text for all fields costs a fraction of a message of values. */
export interface PackedRows {
  readonly rows: number;
  readonly fields: number;
  /** All texts, one after another. */
  readonly text: string;
  /** Of each field, in UTF-16 units; 0 for what has no text. */
  readonly lengths: Uint32Array;
  /** An entry of KINDS for each field. */
  readonly kinds: Uint8Array;
  readonly doubles: Float64Array;
  /** Bytes, and texts that are not UTF-8, in the order of their fields. */
  readonly bytes: readonly Uint8Array[];
  /** Records that cannot be stored without changing a value. */
  readonly refused: readonly RefusedRow[];
}

/** A value too large for a message; it goes ahead of its record, in slices. */
export type LargeValue = string | Uint8Array;

export interface Packed {
  readonly packed: PackedRows;
  /** In the order of their fields. */
  readonly large: readonly LargeValue[];
}

export interface RefusedRow {
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

/** A record as it is bound; the array is used again for the next one. */
export interface UnpackedRow {
  readonly bound: readonly Bound[];
  /** The fields that are bytes to be made text: "0,3,". */
  readonly raw: string;
  /** Not to be held beside others. */
  readonly isLarge: boolean;
  readonly refused: RefusedRow | null;
}

const KINDS = { text: 0, null: 1, double: 2, integer: 3, bytes: 4, raw: 5, largeBytes: 6, largeRaw: 7 } as const;
/** In bytes or UTF-16 units. */
const LARGE = 1024 * 1024;

/** Packs records up to the first that has a large value; `onLoose` hears of texts that a column for numbers keeps as texts. */
export function packRows(
  rows: readonly (readonly FieldValue[])[],
  columns: readonly BoundColumn[],
  onLoose: (column: BoundColumn, row: number) => void,
): Packed {
  const packing = new Packing(rows.length, columns.length);
  for (const [row, values] of rows.entries()) {
    packing.begin();
    for (const [field, column] of columns.entries()) {
      const value = values[field] ?? null;
      if (isRawText(value)) {
        packing.raw(value);
        continue;
      }
      const bound = typeof value === "string" && column.affinity === "text" ? value : bindValue(value, column);
      if (!isBound(bound)) {
        packing.refuse({ row, column: column.name, reason: bound.reason });
        break;
      }
      packing.add(bound);
      if (isLoose(bound, column)) onLoose(column, row);
    }
    if (packing.large.length > 0) break;
  }
  return { packed: packing.packed(), large: packing.large };
}

/** The records in their order; `large` are the values that came ahead. */
export function* unpackRows(packed: PackedRows, large: readonly Uint8Array[]): Generator<UnpackedRow> {
  const { rows, fields, text, lengths, kinds, doubles, bytes } = packed;
  const refused = new Map(packed.refused.map((one) => [one.row, one]));
  const bound = new Array<Bound>(fields).fill(null);
  let [at, start, nextDouble, nextBytes, nextLarge] = [0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    let [raw, isLarge] = ["", false];
    for (let field = 0; field < fields; field += 1, at += 1) {
      const end = start + (lengths[at] ?? 0);
      const kind = kinds[at] ?? KINDS.null;
      if (kind === KINDS.text) bound[field] = text.slice(start, end);
      else if (kind === KINDS.null) bound[field] = null;
      else if (kind === KINDS.double) bound[field] = doubles[nextDouble++] ?? null;
      else if (kind === KINDS.integer) bound[field] = BigInt(text.slice(start, end));
      else if (kind < KINDS.largeBytes) bound[field] = bytes[nextBytes++] ?? null;
      else {
        bound[field] = large[nextLarge++] ?? null;
        isLarge = true;
      }
      if (kind === KINDS.raw || kind === KINDS.largeRaw) raw += `${field},`;
      start = end;
    }
    yield { bound, raw, isLarge, refused: refused.get(row) ?? null };
  }
}

class Packing {
  /** In the order of their fields. */
  readonly large: LargeValue[] = [];
  #rows = 0;
  readonly #fields: number;
  readonly #lengths: Uint32Array;
  readonly #kinds: Uint8Array;
  readonly #doubles: number[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly #refused: RefusedRow[] = [];
  #text = "";
  #at = 0;

  constructor(rows: number, fields: number) {
    this.#fields = fields;
    this.#lengths = new Uint32Array(rows * fields);
    this.#kinds = new Uint8Array(rows * fields);
  }

  begin(): void {
    this.#rows += 1;
  }

  add(bound: Bound): void {
    if ((typeof bound === "string" || bound instanceof Uint8Array) && bound.length >= LARGE) {
      this.#kinds[this.#at] = typeof bound === "string" ? KINDS.largeRaw : KINDS.largeBytes;
      this.large.push(bound);
    } else if (typeof bound === "string") this.#words(bound, KINDS.text);
    else if (bound === null) this.#kinds[this.#at] = KINDS.null;
    else if (typeof bound === "bigint") this.#words(String(bound), KINDS.integer);
    else if (typeof bound === "number") {
      this.#kinds[this.#at] = KINDS.double;
      this.#doubles.push(bound);
    } else {
      this.#kinds[this.#at] = KINDS.bytes;
      this.#bytes.push(bound);
    }
    this.#at += 1;
  }

  raw({ bytes }: RawText): void {
    const isLarge = bytes.length >= LARGE;
    this.#kinds[this.#at] = isLarge ? KINDS.largeRaw : KINDS.raw;
    (isLarge ? this.large : this.#bytes).push(bytes);
    this.#at += 1;
  }

  /** The rest of the record is not packed. */
  refuse(refused: RefusedRow): void {
    this.#refused.push(refused);
    const next = (refused.row + 1) * this.#fields;
    this.#kinds.fill(KINDS.null, this.#at, next);
    this.#at = next;
  }

  packed(): PackedRows {
    return {
      rows: this.#rows,
      fields: this.#fields,
      text: this.#text,
      lengths: this.#lengths,
      kinds: this.#kinds,
      doubles: Float64Array.from(this.#doubles),
      bytes: this.#bytes,
      refused: this.#refused,
    };
  }

  #words(text: string, kind: number): void {
    this.#kinds[this.#at] = kind;
    this.#lengths[this.#at] = text.length;
    this.#text += text;
  }
}

function isRawText(value: FieldValue): value is RawText {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "text";
}

function isBound(bound: ReturnType<typeof bindValue>): bound is Bound {
  return typeof bound !== "object" || bound === null || bound instanceof Uint8Array;
}
