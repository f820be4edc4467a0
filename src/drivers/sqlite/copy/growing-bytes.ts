/** No field of a row is longer, in either engine. */
const MOST_BYTES = 2 ** 30;

/** Bytes that grow where they are: the addresses are reserved, so that no growth copies what is there. */
export class GrowingBytes {
  readonly #buffer = new ArrayBuffer(0, { maxByteLength: MOST_BYTES });
  #length = 0;

  get bytes(): Uint8Array {
    return new Uint8Array(this.#buffer, 0, this.#length);
  }

  /** A place behind what is there, of which `keep` says how much was filled. */
  room(length: number): Uint8Array {
    if (this.#buffer.byteLength < this.#length + length) this.#buffer.resize(this.#length + length);
    return new Uint8Array(this.#buffer, this.#length, length);
  }

  keep(length: number): void {
    this.#length += length;
  }

  /** Gives the memory back. */
  release(): void {
    this.#length = 0;
    this.#buffer.resize(0);
  }
}
