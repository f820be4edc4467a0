import type { CopyEvent } from "../../drivers/copy-rows-model.js";
import { rowTexts } from "./row-texts.js";

/** Gives rows one by one, as texts with a character for each byte. Disposing ends the read. */
export class RowCursor implements AsyncDisposable {
  readonly #batches: AsyncGenerator<readonly string[]>;
  #rows: readonly string[] = [];
  #at = 0;

  constructor(events: AsyncIterable<CopyEvent>) {
    this.#batches = rowTexts(events);
  }

  /** Rows that can be taken without waiting; reads on when there are none. 0 at the end. */
  async ready(): Promise<number> {
    while (this.#at === this.#rows.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return 0;
      this.#rows = value;
      this.#at = 0;
    }
    return this.#rows.length - this.#at;
  }

  take(): string {
    const row = this.#rows[this.#at];
    if (row === undefined) throw new Error("a row was taken that is not ready");
    this.#at += 1;
    return row;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > 0) {
      const ready = await this.ready();
      if (ready === 0) return;
      const step = Math.min(ready, left);
      this.#at += step;
      left -= step;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#batches.return(undefined);
  }
}
