import type { CopyColumn } from "../../copy-rows-model.js";
import type { CopyType } from "../../copy-type-model.js";
import { bufferOf } from "../buffer-of.js";
import type { DatabaseText } from "../database-text.js";
import { escapeText } from "./canonical-text.js";
import { LargeCellBytes, type LargePlace } from "./large-cell-bytes.js";
import type { TextChoices } from "./row-protocol.js";
import type { WalkWhere } from "./row-walk.js";
import { chosenDecoding, chosenText, type RefusedText } from "./text-choice.js";

/** A large value as it stands in a row, in parts; or why it may not stand there. */
export type LargeField = { readonly kind: "parts"; readonly parts: Iterable<Uint8Array> } | RefusedText;

const HOLDS_TEXT = new Set(["text", "json", "jsonb", "foreign"]);

/** Whether a large value of that class of SQLite's may be in a column of the type. */
export function holdsLarge({ kind }: CopyType, sqliteClass: string): boolean {
  return kind === "bytes" || (sqliteClass === "text" && HOLDS_TEXT.has(kind));
}

/** Text is looked at as a whole before its first part is given. */
export function largeField(where: WalkWhere, { type }: Pick<CopyColumn, "type">, place: LargePlace): LargeField {
  const { connection, databaseText, choices } = where;
  const value = new LargeCellBytes(connection, place);
  if (type.kind === "bytes") return { kind: "parts", parts: hexParts(bytesOf(value, databaseText)) };
  const decoding = isValidText(value, databaseText.encoding) ? "lossy" : chosenDecoding(choices);
  if (typeof decoding === "object") return decoding;
  const encoding = decoding === "latin1" ? "latin1" : databaseText.encoding;
  for (const text of decoded(value, encoding)) {
    const chosen = chosenText(text, choices);
    if (chosen.kind !== "text") return chosen;
  }
  return { kind: "parts", parts: textParts(decoded(value, encoding), choices) };
}

/** Of a text in UTF-8, as of small ones. */
function* bytesOf(value: LargeCellBytes, { isUtf8, encoding }: DatabaseText): Generator<Uint8Array> {
  if (isUtf8 || !value.isText || !isValidText(value, encoding)) yield* value.slices();
  else for (const text of decoded(value, encoding)) yield Buffer.from(text, "utf8");
}

function* hexParts(slices: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield Buffer.from("\\\\x");
  for (const slice of slices) yield Buffer.from(bufferOf(slice).toString("hex"), "latin1");
}

function* textParts(texts: Iterable<string>, choices: TextChoices): Generator<Uint8Array> {
  for (const text of texts) {
    const chosen = chosenText(text, choices);
    if (chosen.kind === "text") yield Buffer.from(escapeText(chosen.text), "utf8");
  }
}

function* decoded(value: LargeCellBytes, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for (const slice of value.slices()) yield decoder.decode(slice, { stream: true });
  // What a text that was cut off ends with.
  yield decoder.decode();
}

function isValidText(value: LargeCellBytes, encoding: string): boolean {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  try {
    for (const slice of value.slices()) decoder.decode(slice, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
