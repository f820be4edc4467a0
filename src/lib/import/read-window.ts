import { DbopsError } from "../core/errors.js";

/** No string of V8 is much longer. */
const MOST_CHARS = 500_000_000;

/** The part of a text that is being looked at: what arrives is added, what has been read is let go. */
export class TextWindow {
  /** What can be read now. */
  text = "";
  /** A character without which what arrives can end no record; null = it always may. */
  awaited: string | null = null;
  #isAwaitedThere = false;
  readonly #mostChars: number;
  #waiting: string[] = [];
  #waitingChars = 0;

  constructor(mostChars = MOST_CHARS) {
    this.#mostChars = mostChars;
  }

  /**
   * Adds a chunk; false when looking at it would be in vain. A value that goes on and on is looked at again only when the
   * text has doubled: the time stays in proportion to its length. Nor is it joined before it can have ended: that would
   * be another copy of it.
   */
  add(chunk: string): boolean {
    this.#waiting.push(chunk);
    this.#waitingChars += chunk.length;
    this.#isAwaitedThere ||= this.awaited === null || chunk.includes(this.awaited);
    const isWorthwhile = this.#isAwaitedThere && this.#waitingChars >= this.text.length;
    if (!isWorthwhile && this.text.length + this.#waitingChars < this.#mostChars) return false;
    this.join();
    return true;
  }

  /** Makes everything that has arrived readable. */
  join(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#isAwaitedThere = false;
    this.awaited = null;
    for (const chunk of waiting) this.text += chunk;
  }

  /** Lets go of what was read. IMPORT.SYNTAX when a record is longer than a text can be. */
  drop(chars: number, place: () => string): void {
    this.text = this.text.slice(chars);
    if (this.text.length < this.#mostChars) return;
    throw new DbopsError("IMPORT.SYNTAX", {
      message: `${place()} is longer than ${this.#mostChars / 1_000_000} MB`,
      why: "one record must fit into one text; or a quote is opened there and never closed",
      hint: "look at the file at that place",
    });
  }
}
