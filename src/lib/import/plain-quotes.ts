import type { DelimitedText } from "../transfer/record-model.js";

const LF = 10;
const CR = 13;
const END_MARK = Buffer.from("\\.");

/**
 * Watches a text go by for what readers of delimited text do not agree on: a quote that does not begin or end a field,
 * and the line `\.`, at which some end without a word.
 */
export class PlainQuotes {
  readonly #quote: number;
  readonly #delimiter: number;
  #isInside = false;
  /** The last byte seen; a line end before the first. */
  #last = LF;
  #beforeLast = LF;
  /** A quote within a field was the last byte: what follows decides what it was. */
  #isOpenQuestion = false;

  constructor({ quote, delimiter }: Pick<DelimitedText, "quote" | "delimiter">) {
    this.#quote = quote.charCodeAt(0);
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** False when readers could differ on this piece of the text. */
  take(bytes: Buffer): boolean {
    if (bytes.length === 0) return true;
    const isPlain = !this.#hasEndMark(bytes) && this.#areQuotesPlain(bytes);
    this.#beforeLast = bytes[bytes.length - 2] ?? this.#last;
    this.#last = bytes[bytes.length - 1] ?? LF;
    return isPlain;
  }

  /** After the last piece: false when a quote was not closed. */
  end(): boolean {
    return !this.#isInside;
  }

  #hasEndMark(bytes: Buffer): boolean {
    if (bytes[0] === END_MARK[1] && this.#last === END_MARK[0] && isLineEnd(this.#beforeLast)) return true;
    for (let at = bytes.indexOf(END_MARK); at >= 0; at = bytes.indexOf(END_MARK, at + 1)) {
      if (isLineEnd(at === 0 ? this.#last : bytes[at - 1])) return true;
    }
    return false;
  }

  #areQuotesPlain(bytes: Buffer): boolean {
    let at = 0;
    if (this.#isOpenQuestion) {
      this.#isOpenQuestion = false;
      if (bytes[0] === this.#quote) at = 1;
      else if (this.#closes(bytes[0])) this.#isInside = false;
      else return false;
    }
    for (let found = bytes.indexOf(this.#quote, at); found >= 0; found = bytes.indexOf(this.#quote, at)) {
      at = found + 1;
      if (!this.#isInside) {
        if (!this.#closes(found === 0 ? this.#last : bytes[found - 1])) return false;
        this.#isInside = true;
      } else if (at === bytes.length) this.#isOpenQuestion = true;
      else if (bytes[at] === this.#quote) at += 1;
      else if (this.#closes(bytes[at])) this.#isInside = false;
      else return false;
    }
    return true;
  }

  /** What stands between fields. */
  #closes(byte: number | undefined): boolean {
    return byte === this.#delimiter || isLineEnd(byte);
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}
