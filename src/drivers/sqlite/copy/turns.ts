import { deferred } from "../../../lib/core/deferred.js";

/** One at a time, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is one's turn, with what ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    const turn = deferred<void>();
    this.#last = turn.promise;
    await before;
    return () => turn.resolve();
  }
}
