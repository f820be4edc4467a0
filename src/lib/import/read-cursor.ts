import type { ByteChunk, ByteSource } from "./read-bytes.js";

/** Reads a source from its beginning, by numbers of bytes. */
export class ByteCursor {
  readonly place: string;
  readonly #chunks: AsyncIterator<ByteChunk>;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(source: ByteSource) {
    this.place = source.place;
    this.#chunks = source.open(0)[Symbol.asyncIterator]();
  }

  /** Of the next byte to be read. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes; fewer only at the end. */
  async read(count: number): Promise<Buffer> {
    while (this.#bytes.length < count && (await this.#more(this.#bytes)));
    const read = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(read.length);
    this.#position += read.length;
    return read;
  }

  /** Passes bytes by; false when the source ends first. */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > this.#bytes.length) {
      left -= this.#bytes.length;
      if (!(await this.#more(Buffer.alloc(0)))) return false;
    }
    this.#bytes = this.#bytes.subarray(left);
    this.#position += count;
    return true;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(kept: Buffer): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#bytes = kept.length === 0 ? next.value.bytes : Buffer.concat([kept, next.value.bytes]);
    return true;
  }
}
