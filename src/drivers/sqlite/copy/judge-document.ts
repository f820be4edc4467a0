/** What a text is as JSON (RFC 8259). */
export type JudgedDocument =
  | { readonly isJson: false }
  /** Why `jsonb` cannot hold it as it is; null when it can. */
  | { readonly isJson: true; readonly unlikeJsonb: string | null };

/** PostgreSQL's stack ends somewhere behind, and SQLite's own functions stop here too. */
const MOST_DEPTH = 1000;
/** `jsonb` keeps numbers as numeric, which ends at so many digits before its point and behind. */
const MOST_EXPONENT = 16_000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Control characters before it must be escaped. */
const FIRST_PLAIN = 0x20;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
const HALF_PAIR = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Reads a document; JSON.parse would keep the last of two keys without a word. */
export function judgeDocument(text: string): JudgedDocument {
  const reading = new Reading(text);
  return reading.isWhole() ? { isJson: true, unlikeJsonb: reading.unlikeJsonb } : { isJson: false };
}

class Reading {
  unlikeJsonb: string | null = null;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isWhole(): boolean {
    if (!this.#value()) return false;
    this.#take(SPACE);
    return this.#at === this.#text.length;
  }

  #value(): boolean {
    this.#take(SPACE);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#inside("}", this.#member(new Set()));
      case "[":
        return this.#inside("]", () => this.#value());
      case '"':
        return this.#string() !== null;
      default:
        return this.#take(WORD) !== null || this.#number();
    }
  }

  /** Items with commas between, up to the closing sign. */
  #inside(close: string, item: () => boolean): boolean {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) return false;
    this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] !== close) {
      do {
        if (!item()) return false;
        this.#take(SPACE);
      } while (this.#skip(","));
    }
    this.#depth -= 1;
    return this.#skip(close);
  }

  #member(keys: Set<string>): () => boolean {
    return () => {
      this.#take(SPACE);
      const key = this.#string();
      if (key === null) return false;
      if (keys.has(key)) this.unlikeJsonb ??= `the key ${JSON.stringify(key)} comes twice`;
      keys.add(key);
      this.#take(SPACE);
      return this.#skip(":") && this.#value();
    };
  }

  /** The text that it spells. */
  #string(): string | null {
    const start = this.#at;
    if (!this.#skip('"') || !this.#toEndOfString()) return null;
    const spelled = this.#text.slice(start, this.#at);
    if (!spelled.includes("\\")) return spelled.slice(1, -1);
    const decoded = String(JSON.parse(spelled));
    if (decoded.includes("\0")) this.unlikeJsonb ??= "\\u0000 in a text";
    if (HALF_PAIR.test(decoded)) this.unlikeJsonb ??= "half of a surrogate pair in a text";
    return decoded;
  }

  /** By hand, for a text may be longer than what a pattern can look back on. */
  #toEndOfString(): boolean {
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) return this.#skip('"');
      if (code < FIRST_PLAIN) return false;
      if (code !== BACKSLASH) this.#at += 1;
      else if (this.#take(ESCAPE) === null) return false;
    }
    return false;
  }

  #number(): boolean {
    const spelled = this.#take(NUMBER);
    if (spelled === null) return false;
    const exponent = Number(/[eE]([+-]?\d+)$/.exec(spelled)?.[1] ?? 0);
    if (Math.abs(exponent) + spelled.length > MOST_EXPONENT) this.unlikeJsonb ??= "a number of too many digits";
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }
}
