import { deferred } from "../../../lib/core/deferred.js";

/** Readers beside each other, or one that must have them out: in the database it would wait for them, and give up after a while. */
export class ReadGate {
  #readers = 0;
  #closed: Promise<void> | null = null;
  #onEmpty = (): void => undefined;

  /** Waits while somebody is alone; resolves with what ends the reading. */
  async enter(): Promise<() => void> {
    while (this.#closed !== null) await this.#closed;
    this.#readers += 1;
    return () => {
      this.#readers -= 1;
      if (this.#readers === 0) this.#onEmpty();
    };
  }

  /** Works when those who read have ended, before others begin. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed !== null) await this.#closed;
    const end = deferred<void>();
    const empty = deferred<void>();
    this.#closed = end.promise;
    this.#onEmpty = () => empty.resolve();
    if (this.#readers > 0) await empty.promise;
    try {
      return await work();
    } finally {
      this.#closed = null;
      end.resolve();
    }
  }
}
