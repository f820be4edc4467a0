const WORDS = /[\w$\u0080-\uffff]+/g;
const FIRST_WORDS = 4;
const HAS_BODY = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/;

/** How deep in brackets, or in the body of a function, a statement is: a semicolon ends it only outside, as psql sees it. */
export class StatementDepth {
  #brackets = 0;
  #blocks = 0;
  #words: readonly string[] = [];
  #hasBody = false;

  get isOutside(): boolean {
    return this.#brackets === 0 && this.#blocks === 0;
  }

  /** The next characters that are in no string, quoted name or comment: a bracket, or whole words and what is between them. */
  take(text: string): void {
    if (text === "(") this.#brackets += 1;
    else if (text === ")") this.#brackets = Math.max(0, this.#brackets - 1);
    else if (this.#hasBody || this.#words.length < FIRST_WORDS) this.#takeWords(text);
  }

  #takeWords(text: string): void {
    for (const [found] of text.matchAll(WORDS)) {
      const word = found.toUpperCase();
      if (this.#words.length < FIRST_WORDS) {
        this.#words = [...this.#words, word];
        this.#hasBody = HAS_BODY.test(this.#words.join(" "));
      }
      if (this.#hasBody && this.#brackets === 0) this.#nest(word);
    }
  }

  /** BEGIN ATOMIC … END, with CASE … END in it. */
  #nest(word: string): void {
    if (word === "BEGIN" || (word === "CASE" && this.#blocks > 0)) this.#blocks += 1;
    else if (word === "END" && this.#blocks > 0) this.#blocks -= 1;
  }
}
