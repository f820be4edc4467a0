import type { Span } from "./byte-sink.js";

const LONGEST_NUMBER = 64;

/** The bytes of one number after the other, each good until the next. */
export class NumberSpan {
  readonly #bytes = Buffer.alloc(LONGEST_NUMBER);

  take(ascii: string): Span {
    return { bytes: this.#bytes, start: 0, end: this.#bytes.write(ascii, 0, "latin1") };
  }
}
