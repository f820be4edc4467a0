import type { FieldValue } from "../core/field-value.js";
import { compactJson } from "./json-compact.js";
import { taggedBytes } from "./json-tagged.js";

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NO_NUMBERS = new Set(["NaN", "Infinity", "-Infinity"]);
const SURROGATE = /\p{Surrogate}/u;

/** A text is no JSON from here on. */
export class JsonSyntax extends Error {
  /** Where, in the scanner's text. */
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/**
 * Reads the values of a JSON text without ever making a double of a number. `undefined` means that the text ends before
 * the value does; the position is then anywhere.
 */
export class JsonScanner {
  text = "";
  position = 0;
  /** Whether nothing comes after the text. */
  isEnd = false;
  /** Why the value read last cannot be taken, although what follows can be read; null when it can. */
  trouble: string | null = null;
  /** Whether the text ended within a string. */
  isInString = false;

  /** The next character that is no white space; NaN at the end of the text. */
  peek(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code;
      this.position += 1;
    }
  }

  /** A value, as a field of a record. */
  value(): FieldValue | undefined {
    const code = this.peek();
    if (code === QUOTE) return this.string();
    if (code === OPEN_BRACE || code === OPEN_BRACKET) return this.#nestedValue();
    return this.#word();
  }

  /** Passes a value by, checking no more than where it ends; false when the text ends before it does. */
  pass(): boolean {
    const code = this.peek();
    if (code === OPEN_BRACE || code === OPEN_BRACKET) return this.nested() !== undefined;
    if (code !== QUOTE) return this.#word() !== undefined;
    if (!this.#passString()) return false;
    this.position += 1;
    return true;
  }

  /** A string, whose quote is the next character. */
  string(): string | undefined {
    const start = this.position;
    const { text } = this;
    let isPlain = true;
    for (let at = start + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.position = at + 1;
        return isPlain ? text.slice(start + 1, at) : this.#unescaped(start);
      }
      if (code === BACKSLASH) {
        isPlain = false;
        at += 1;
      } else if (code < 32) throw new JsonSyntax("a control character stands in a string", at);
    }
    this.isInString = true;
    return undefined;
  }

  /** Passes an object or array, which begins at the next character; its text, or undefined. */
  nested(): string | undefined {
    const start = this.position;
    let depth = 0;
    for (; ; this.position += 1) {
      const code = this.text.charCodeAt(this.position);
      if (code === QUOTE) {
        if (!this.#passString()) return undefined;
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) break;
      } else if (Number.isNaN(code)) return undefined;
    }
    this.position += 1;
    return this.text.slice(start, this.position);
  }

  /** From an opening quote to the closing one. */
  #passString(): boolean {
    for (;;) {
      this.position = this.text.indexOf('"', this.position + 1);
      if (this.position === -1) {
        this.isInString = true;
        return false;
      }
      let slashes = 0;
      while (this.text.charCodeAt(this.position - 1 - slashes) === BACKSLASH) slashes += 1;
      if (slashes % 2 === 0) return true;
    }
  }

  #unescaped(start: number): string {
    const literal = this.text.slice(start, this.position);
    const value = parsed(literal);
    if (typeof value !== "string") throw new JsonSyntax("a string has an escape that JSON does not know", start);
    if (SURROGATE.test(value)) this.trouble = "a string has half of a surrogate pair, which is no character";
    return value;
  }

  #nestedValue(): FieldValue | undefined {
    const literal = this.nested();
    if (literal === undefined) return undefined;
    const tagged = taggedBytes(literal);
    if (tagged === "invalid") this.trouble = "an object tagged $base64 does not hold base64";
    else if (tagged !== null) return tagged;
    else if (parsed(literal) === undefined) this.trouble = "an array or object in it is no JSON";
    return { kind: "json", text: compactJson(literal) };
  }

  #word(): FieldValue | undefined {
    const { text, position: start } = this;
    let end = start;
    while (end < text.length && isWordCode(text.charCodeAt(end))) end += 1;
    if (end === text.length && !this.isEnd) return undefined;
    const word = text.slice(start, end);
    this.position = end;
    if (NUMBER.test(word)) return { kind: "number", text: word };
    const constant = WORDS.get(word);
    if (constant !== undefined) return constant;
    if (!NO_NUMBERS.has(word))
      throw new JsonSyntax(word === "" ? "a value is missing" : `"${cut(word)}" is no JSON`, start);
    this.trouble = `${word} is no JSON; where it stands for a number it must be a string: "${word}"`;
    return null;
  }
}

/** What a text stands for; undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Digits, letters, and the signs of numbers. */
function isWordCode(code: number): boolean {
  const letter = code | 32;
  return (code >= 48 && code <= 57) || (letter >= 97 && letter <= 122) || code === 43 || code === 45 || code === 46;
}

function cut(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}
