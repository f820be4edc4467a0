import type { CopyColumn } from "../../copy-rows-model.js";
import { bufferOf } from "../buffer-of.js";
import type { DatabaseText } from "../database-text.js";
import { bytesOf, type Cell, type EncodeCell, encoderOf } from "./encode-cell.js";
import type { TextChoices } from "./row-protocol.js";
import { type ChosenText, chosenDecoding, chosenText } from "./text-choice.js";
import { shownValue } from "./unfit-value.js";

/** What a cell becomes in a row. */
export type ExactField =
  | { readonly kind: "field"; readonly field: string }
  | { readonly kind: "misfit"; readonly reason: string; readonly value: Uint8Array }
  | Exclude<ChosenText, { kind: "text" }>;

/** Spells the cells of a column whose texts come as the bytes that they are. */
export class ExactCell {
  readonly #column: CopyColumn;
  readonly #encode: EncodeCell;
  readonly #databaseText: DatabaseText;
  readonly #choices: TextChoices;

  constructor(column: CopyColumn, where: { readonly databaseText: DatabaseText; readonly choices: TextChoices }) {
    this.#column = column;
    this.#encode = encoderOf(column);
    this.#databaseText = where.databaseText;
    this.#choices = where.choices;
  }

  /** `isText`: the bytes are those of a text. */
  field(value: Cell, isText: boolean): ExactField {
    if (!isText || !(value instanceof Uint8Array)) return this.#encoded(value, value);
    const bytes = this.#databaseText.toUtf8(value) ?? value;
    if (this.#column.type.kind === "bytes") return this.#encoded(bytes, value);
    const text = this.#text(value);
    return text.kind === "text" ? this.#encoded(text.text, value) : text;
  }

  #text(bytes: Uint8Array): ChosenText {
    const utf8 = this.#databaseText.toUtf8(bytes);
    const text = utf8 === null ? null : validText(utf8);
    if (text !== null) return chosenText(text, this.#choices);
    const decoding = chosenDecoding(this.#choices);
    if (decoding === "latin1") return chosenText(bufferOf(bytes).toString("latin1"), this.#choices);
    if (decoding !== "lossy") return decoding;
    return chosenText(bufferOf(this.#databaseText.toLossyUtf8(bytes)).toString("utf8"), this.#choices);
  }

  #encoded(value: Cell, own: Cell): ExactField {
    const field = this.#encode(value);
    if (field !== null) return { kind: "field", field };
    return {
      kind: "misfit",
      reason: `${shownValue(value)} does not fit ${this.#column.type.kind}`,
      value: bytesOf(own),
    };
  }
}

function validText(utf8: Uint8Array): string | null {
  try {
    return STRICT.decode(utf8);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
