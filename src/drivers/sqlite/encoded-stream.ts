import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { type Deferred, deferred } from "../../lib/core/deferred.js";
import { DbopsError } from "../../lib/core/errors.js";

/** The bytes of one encoding, out of the pipe that all of a view share; a reader that is slow stops the child. */
export class EncodedStream extends Readable {
  readonly #pipe: Socket;
  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #all: Deferred<void> = deferred();
  #received = 0;
  #expected: number | null = null;

  constructor(pipe: Socket) {
    super();
    this.#pipe = pipe;
    pipe.on("data", this.#onData);
    pipe.pause();
    // Whoever does not listen hears of it by the promise of the facts.
    this.on("error", () => {});
  }

  /** All has been handed on: `bytes` is what the child says that it has written. */
  async complete(bytes: number): Promise<void> {
    this.#expected = bytes;
    this.#finish();
    await this.#all.promise;
  }

  override _read(): void {
    if (this.#received !== this.#expected) this.#pipe.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#pipe.off("data", this.#onData);
    this.#all.reject(
      error ?? new DbopsError("RUN.BUG", { message: "the rows were given up before all of them had been read" }),
    );
    callback(error);
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    if (!this.push(chunk)) this.#pipe.pause();
    this.#finish();
  }

  #finish(): void {
    if (this.#received !== this.#expected) return;
    this.#pipe.pause();
    this.push(null);
    this.#all.resolve();
  }
}
