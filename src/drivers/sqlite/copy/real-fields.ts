import type { CopyColumn } from "../../copy-rows-model.js";
import { isPlainDouble } from "./canonical-number.js";
import { type EncodeCell, encoderOf } from "./encode-cell.js";
import type { FieldBuffer } from "./field-buffer.js";

const COMMA = 0x2c;

/** A column's reals of some rows as they stand there: doubles are spelled all at once, which is faster than one by one. */
export class RealFields {
  readonly #values: readonly (number | null)[];
  readonly #encode: EncodeCell;
  readonly #spelled: Buffer;
  /** Where each value begins in what is spelled, and where one behind the last would. */
  readonly #starts: Uint32Array;

  /** `values`: of each row; null where it is no real. */
  constructor(values: readonly (number | null)[], column: CopyColumn) {
    this.#values = values;
    this.#encode = encoderOf(column);
    this.#spelled = Buffer.from(column.type.kind === "double" ? JSON.stringify(values) : "", "latin1");
    this.#starts = startsIn(this.#spelled, values.length);
  }

  /** False where the row has none, or its column cannot hold it. */
  put(row: number, into: FieldBuffer): boolean {
    const value = this.#values[row] ?? null;
    if (value === null) return false;
    const [start = 0, next = 0] = [this.#starts[row], this.#starts[row + 1]];
    if (next > 0 && isPlainDouble(value)) {
      into.copy(this.#spelled, start, next - 1);
      return true;
    }
    const field = this.#encode(value);
    if (field !== null) into.put(field);
    return field !== null;
  }
}

function startsIn(list: Buffer, values: number): Uint32Array {
  const starts = new Uint32Array(values + 1);
  let value = 0;
  starts[value] = 1;
  for (let index = 0; index < list.length; index += 1) if (list[index] === COMMA) starts[++value] = index + 1;
  starts[values] = list.length;
  return starts;
}
