import { clearLine, cursorTo, moveCursor } from "node:readline";
import { Writable } from "node:stream";
import type { OutputStream } from "./streams.js";

/** A terminal as ora and the prompts expect it, over any stream: everything they draw passes `filter`. */
export class ScreenStream extends Writable {
  readonly isTTY = true;
  readonly #stream: OutputStream;
  readonly #filter: (text: string) => string;
  /** As it was before ora put its hook on the stream: what ora draws must not come back to it as a foreign write. */
  readonly #write: OutputStream["write"];

  constructor(stream: OutputStream, filter: (text: string) => string) {
    super({ decodeStrings: false });
    this.#stream = stream;
    this.#filter = filter;
    this.#write = stream.write.bind(stream);
  }

  /** A terminal that nobody gave a size says 0, at which the prompts never come to an end. */
  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  cursorTo(column: number): boolean {
    return cursorTo(this, column);
  }

  moveCursor(right: number, down: number): boolean {
    return moveCursor(this, right, down);
  }

  clearLine(direction: -1 | 0 | 1): boolean {
    return clearLine(this, direction);
  }

  // Hands on at once: ora tells its own writes from foreign ones by what happens inside its call.
  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    this.#write(this.#filter(text));
    done();
  }
}
