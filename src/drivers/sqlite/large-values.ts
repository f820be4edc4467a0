import type { Connection } from "./connection.js";
import { DatabaseText } from "./database-text.js";
import type { LoadOrder } from "./load-protocol.js";

type Slice = Extract<LoadOrder, { kind: "slice" }>;

/** Puts values together that come in slices ahead of their record. */
export class LargeValues {
  readonly #databaseText: DatabaseText;
  #values: Uint8Array[] = [];
  #at = 0;

  constructor(connection: Connection) {
    this.#databaseText = new DatabaseText(connection.text("PRAGMA encoding"));
  }

  take({ bytes, totalBytes, isText, isFirst }: Slice): void {
    if (isFirst) {
      this.#values.push(new Uint8Array(totalBytes));
      this.#at = 0;
    }
    const value = this.#values.at(-1);
    value?.set(bytes, this.#at);
    this.#at += bytes.length;
    if (value !== undefined && isText && this.#at === totalBytes) {
      this.#values[this.#values.length - 1] = this.#databaseText.fromUtf8(value);
    }
  }

  /** In the order of their fields; they are kept no longer. Texts are bytes in the database's encoding. */
  release(): readonly Uint8Array[] {
    const values = this.#values;
    this.#values = [];
    return values;
  }
}
