const WORD_CHAR = /[\w$\u0080-\uffff]/;
const FIRST_WORDS = 4;
const HAS_BODY = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/;

/** How deep in brackets, or in the body of a function, a statement is: a semicolon ends it only outside, as psql sees it. */
export class StatementDepth {
  #brackets = 0;
  #blocks = 0;
  #word = "";
  #words: readonly string[] = [];

  get isOutside(): boolean {
    return this.#brackets === 0 && this.#blocks === 0;
  }

  /** The next character that is in no string, quoted name or comment. */
  take(char: string): void {
    if (WORD_CHAR.test(char)) {
      this.#word += char;
      return;
    }
    this.break();
    if (char === "(") this.#brackets += 1;
    else if (char === ")") this.#brackets = Math.max(0, this.#brackets - 1);
  }

  /** A word ends where anything else begins. */
  break(): void {
    if (this.#word === "") return;
    const word = this.#word.toUpperCase();
    this.#word = "";
    if (this.#words.length < FIRST_WORDS) this.#words = [...this.#words, word];
    if (this.#brackets === 0 && HAS_BODY.test(this.#words.join(" "))) this.#nest(word);
  }

  /** BEGIN ATOMIC … END, with CASE … END in it. */
  #nest(word: string): void {
    if (word === "BEGIN" || (word === "CASE" && this.#blocks > 0)) this.#blocks += 1;
    else if (word === "END" && this.#blocks > 0) this.#blocks -= 1;
  }
}
