import type { CopyColumn } from "../../copy-rows-model.js";
import { bufferOf } from "../buffer-of.js";
import { unescapeText } from "./canonical-text.js";
import { decoderOf } from "./decode-cell.js";
import { type LargeValue, largeValue } from "./large-value.js";

const TAB = 0x09;
/** Of a field that is kept as it stands. */
const SMALL_BYTES = 1024 * 1024;

/** A field of a row: as it stands there, or what it means where it is large. */
export type PartField = string | LargeValue;

/** Puts a row together that comes in parts: what is large is read as it comes, and never held as it is spelled. */
export class RowParts {
  readonly #kinds: readonly (LargeValue["kind"] | null)[];
  readonly #fields: PartField[] = [];
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #large: LargeValue | null = null;

  constructor(columns: readonly Pick<CopyColumn, "type" | "stored">[]) {
    this.#kinds = columns.map(kindOf);
  }

  take(part: Uint8Array): void {
    for (let start = 0; ; ) {
      const end = part.indexOf(TAB, start);
      this.#add(bufferOf(part.subarray(start, end < 0 ? part.length : end)));
      if (end < 0) return;
      this.#endField();
      start = end + 1;
    }
  }

  /** All fields, after the last part. */
  fields(): readonly PartField[] {
    this.#endField();
    return this.#fields;
  }

  #add(piece: Buffer): void {
    if (this.#large !== null) {
      this.#large.take(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#heldBytes += piece.length;
    const kind = this.#kinds[this.#fields.length] ?? null;
    if (kind === null || this.#heldBytes <= SMALL_BYTES) return;
    this.#large = largeValue(kind);
    for (const held of this.#pieces) this.#large.take(held);
    this.#pieces = [];
  }

  #endField(): void {
    this.#fields.push(this.#large ?? Buffer.concat(this.#pieces).toString("utf8"));
    this.#large = null;
    this.#pieces = [];
    this.#heldBytes = 0;
  }
}

/** null for what never is large. */
function kindOf(column: Pick<CopyColumn, "type" | "stored">): LargeValue["kind"] | null {
  if (column.type.kind === "bytes") return "bytes";
  return decoderOf(column) === unescapeText ? "text" : null;
}
