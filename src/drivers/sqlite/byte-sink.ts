import { writeSync } from "node:fs";

const CAPACITY = 256 * 1024;
const FLUSH_AT = 128 * 1024;

/** A part of some bytes: what a cell holds, without a copy of it. */
export interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Collects bytes and writes them to a descriptor that blocks, so that a slow reader stops the producer; or to nowhere. */
export class ByteSink {
  /** Where the next byte goes; whoever writes here asks for `room` first and moves `at`. */
  bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafe(CAPACITY);
  at = 0;
  readonly #descriptor: number | null;
  #written = 0;

  constructor(descriptor: number | null) {
    this.#descriptor = descriptor;
  }

  /** Everything that was put here so far, in bytes. */
  get total(): number {
    return this.#written + this.at;
  }

  /** Makes sure that so many bytes can be written at `at`. */
  room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    this.flush();
    if (bytes > this.bytes.length) this.bytes = Buffer.allocUnsafe(bytes);
  }

  put(bytes: Uint8Array): void {
    this.span({ bytes, start: 0, end: bytes.length });
  }

  span({ bytes, start, end }: Span): void {
    if (end - start > FLUSH_AT) {
      this.#large(bytes.subarray(start, end));
      return;
    }
    this.room(end - start);
    const into = this.bytes;
    let { at } = this;
    // A loop is faster than a call for what cells mostly are.
    if (end - start < 48) for (let index = start; index < end; index += 1) into[at++] = bytes[index] ?? 0;
    else {
      into.set(bytes.subarray(start, end), at);
      at += end - start;
    }
    this.at = at;
  }

  /** Bytes in hexadecimal, or base64, without one string of them all. */
  encoded(bytes: Uint8Array, encoding: "hex" | "base64"): void {
    // A multiple of three: each piece of base64 is whole.
    const piece = 48 * 1024;
    for (let start = 0; start < bytes.length; start += piece) {
      const { buffer, byteOffset, length } = bytes.subarray(start, start + piece);
      this.room(2 * length + 4);
      this.at += this.bytes.write(Buffer.from(buffer, byteOffset, length).toString(encoding), this.at, "latin1");
    }
  }

  /** Between two records: writes when enough has come together. */
  settle(): void {
    if (this.at >= FLUSH_AT) this.flush();
  }

  flush(): void {
    this.#write(this.bytes.subarray(0, this.at));
    this.at = 0;
  }

  #large(bytes: Uint8Array): void {
    this.flush();
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#descriptor === null) {
      this.#written += bytes.length;
      return;
    }
    for (let done = 0; done < bytes.length; ) {
      const count = writeSync(this.#descriptor, bytes, done, Math.min(bytes.length - done, CAPACITY));
      done += count;
      this.#written += count;
    }
  }
}
