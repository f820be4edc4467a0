import type { CopyColumn } from "../../copy-rows-model.js";
import { bufferOf } from "../buffer-of.js";

const TAB = 0x09;
/** How bytes begin in a row. */
const HEX_PREFIX = "\\\\x";
const NOTHING: Buffer = Buffer.alloc(0);

/** A field of a row: as it stands there, or as the bytes that it means. */
export type PartField = string | Uint8Array;

/** Puts a row together that comes in parts: bytes are read out of their digits as they come, at half the memory. */
export class RowParts {
  readonly #areBytes: readonly boolean[];
  readonly #fields: PartField[] = [];
  #pieces: Buffer[] = [];
  /** Digits that wait for another one, or a beginning that may be NULL. */
  #rest: Buffer = NOTHING;
  #isBytes = false;

  constructor(columns: readonly Pick<CopyColumn, "type">[]) {
    this.#areBytes = columns.map(({ type }) => type.kind === "bytes");
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
    if (this.#areBytes[this.#fields.length] !== true) {
      this.#pieces.push(piece);
      return;
    }
    const digits = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    if (!this.#isBytes && digits.length < HEX_PREFIX.length) {
      this.#rest = digits;
      return;
    }
    const start = this.#isBytes ? 0 : HEX_PREFIX.length;
    this.#isBytes = true;
    const end = digits.length - ((digits.length - start) % 2);
    this.#pieces.push(Buffer.from(digits.toString("latin1", start, end), "hex"));
    this.#rest = digits.subarray(end);
  }

  #endField(): void {
    const pieces = this.#pieces;
    const text = (): string => Buffer.concat([...pieces, this.#rest]).toString("utf8");
    this.#fields.push(this.#isBytes ? Buffer.concat(pieces) : text());
    this.#pieces = [];
    this.#rest = NOTHING;
    this.#isBytes = false;
  }
}
