import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { CopyReject } from "../../drivers/copy-rows-model.js";
import { heldPromise } from "../core/held-promise.js";
import { qualifiedName } from "../core/named.js";
import { type OutputOptions, writeOutputStream } from "../system/output-stream.js";

/** The file that says what was left out: a line of JSON for each row or value, written when the first one comes. */
export class RejectsOutput {
  readonly #path: string | null;
  readonly #options: OutputOptions;
  #open: { readonly lines: PassThrough; readonly written: Promise<unknown> } | null = null;

  constructor(path: string | null, options: OutputOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
  async add(reject: CopyReject): Promise<void> {
    const { lines, written } = this.#opened(reject);
    if (!lines.write(lineOf(reject))) await Promise.race([once(lines, "drain"), written]);
  }

  /** Lets the file appear. */
  async close(): Promise<void> {
    this.#open?.lines.end();
    await this.#open?.written;
  }

  #opened({ table, column }: CopyReject) {
    if (this.#path === null)
      throw new Error(`${qualifiedName(table)}.${column ?? "*"} has a reject and no file was named`);
    if (this.#open !== null) return this.#open;
    const lines = new PassThrough();
    this.#open = { lines, written: heldPromise(writeOutputStream(this.#path, lines, this.#options)) };
    return this.#open;
  }
}

function lineOf({ table, key, column, value, reason, isRowLeftOut }: CopyReject): string {
  const base64 = value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64");
  const line = { table: qualifiedName(table), key, column, value: base64, reason, isRowLeftOut };
  return `${JSON.stringify(line)}\n`;
}
