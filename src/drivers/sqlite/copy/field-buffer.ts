/** Fewer bytes than that are moved faster one by one than by a call. */
const FEW_BYTES = 64;

/** Bytes of rows that are put together; grows as needed. */
export class FieldBuffer {
  #bytes: Buffer;
  #at = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** What was put in. */
  whole(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  copy(bytes: Buffer, from: number, to: number): void {
    this.#room(to - from);
    if (to - from < FEW_BYTES) {
      for (let index = from; index < to; index += 1) this.#bytes[this.#at++] = bytes[index] ?? 0;
    } else this.#at += bytes.copy(this.#bytes, this.#at, from, to);
  }

  /** A field without other characters than ASCII's. */
  put(field: string): void {
    this.#room(field.length);
    if (field.length < FEW_BYTES) {
      for (let index = 0; index < field.length; index += 1) this.#bytes[this.#at++] = field.charCodeAt(index);
    } else this.#at += this.#bytes.write(field, this.#at, "latin1");
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#bytes.length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
