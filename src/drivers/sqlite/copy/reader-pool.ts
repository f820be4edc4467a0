import type { FileReader } from "./reader.js";

/** Readers of one state that take turns; whoever finds none free waits for one. */
export class ReaderPool {
  readonly #readers: readonly FileReader[];
  readonly #idle: FileReader[];
  readonly #waiting: ((reader: FileReader) => void)[] = [];

  constructor(readers: readonly FileReader[]) {
    this.#readers = readers;
    this.#idle = [...readers];
  }

  async use<T>(work: (reader: FileReader) => Promise<T>): Promise<T> {
    const reader = await this.take();
    try {
      return await work(reader);
    } finally {
      this.give(reader);
    }
  }

  /** Runs the same on every reader, when nobody uses one. */
  async all(work: (reader: FileReader) => Promise<void>): Promise<void> {
    await Promise.all(this.#readers.map(work));
  }

  async take(): Promise<FileReader> {
    return this.#idle.pop() ?? (await new Promise<FileReader>((resolve) => this.#waiting.push(resolve)));
  }

  give(reader: FileReader): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(reader);
    else next(reader);
  }
}
