import { GrowingBytes } from "./growing-bytes.js";

/** A value that comes in pieces as a field spells it, read out of them as they come. */
export interface LargeValue {
  readonly kind: "bytes" | "text";
  /** What the field means; text in UTF-8. */
  readonly value: GrowingBytes;
  take(piece: Uint8Array): void;
}

export function largeValue(kind: LargeValue["kind"]): LargeValue {
  return kind === "bytes" ? new HexValue() : new EscapedValue();
}

const BACKSLASH = 0x5c;
/** Of the characters behind a backslash, those that mean another one. */
const CONTROLS: readonly (readonly [string, string])[] = [
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
];
const MEANT = Uint8Array.from({ length: 256 }, (_, byte) => byte);
for (const [letter, control] of CONTROLS) MEANT[letter.charCodeAt(0)] = control.charCodeAt(0);

class EscapedValue implements LargeValue {
  readonly kind = "text";
  readonly value = new GrowingBytes();
  #isEscaped = false;

  take(piece: Uint8Array): void {
    const room = this.value.room(piece.length);
    let isEscaped = this.#isEscaped;
    let at = 0;
    for (let index = 0; index < piece.length; index += 1) {
      const byte = piece[index] ?? 0;
      if (isEscaped) room[at++] = MEANT[byte] ?? byte;
      else if (byte !== BACKSLASH) room[at++] = byte;
      isEscaped = byte === BACKSLASH && !isEscaped;
    }
    this.#isEscaped = isEscaped;
    this.value.keep(at);
  }
}

/** How bytes begin in a row. */
const HEX_PREFIX = "\\\\x";
const DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => Number.parseInt(String.fromCharCode(byte), 16) || 0);
const NONE = -1;

class HexValue implements LargeValue {
  readonly kind = "bytes";
  readonly value = new GrowingBytes();
  #prefix = HEX_PREFIX.length;
  /** A digit that waits for the other one. */
  #high = NONE;

  take(piece: Uint8Array): void {
    const start = Math.min(this.#prefix, piece.length);
    this.#prefix -= start;
    const room = this.value.room(Math.ceil(piece.length / 2));
    let high = this.#high;
    let at = 0;
    for (let index = start; index < piece.length; index += 1) {
      const digit = DIGITS[piece[index] ?? 0] ?? 0;
      if (high !== NONE) room[at++] = (high << 4) | digit;
      high = high === NONE ? digit : NONE;
    }
    this.#high = high;
    this.value.keep(at);
  }
}
