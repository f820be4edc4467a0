import { bufferOf } from "./buffer-of.js";
import { JsonCell } from "./json-cell.js";
import type { JsonLines, RowWriter } from "./row-writer.js";

const CLOSING_BRACKET = 0x5d;

/** Takes lines of JSON arrays apart into cells. */
export class JsonRows implements JsonLines {
  readonly shape = "array";
  readonly #writer: Omit<RowWriter, "lines">;
  readonly #cell = new JsonCell();

  constructor(writer: Omit<RowWriter, "lines">) {
    this.#writer = writer;
  }

  /** `[cell,cell]` and a line feed; SQLite puts no spaces between. */
  write(bytes: Uint8Array, rows: number): void {
    const lines = bufferOf(bytes);
    let at = 0;
    for (let row = 0; row < rows; row += 1) {
      this.#writer.beginRow();
      for (let column = 0; lines[at] !== CLOSING_BRACKET; column += 1) {
        at = this.#cell.write(this.#writer, column, { lines, at: at + 1 });
      }
      this.#writer.endRow();
      at += 2;
    }
  }
}
