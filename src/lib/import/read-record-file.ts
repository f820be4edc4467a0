import { DbopsError } from "../core/errors.js";
import type { RecordTable } from "../transfer/record-model.js";
import { openCsvTable } from "./csv-table.js";
import { openJsonTables } from "./json-table.js";
import { type ByteSource, headOf } from "./read-bytes.js";
import type { ReadRequest, ReadWish, TextEncoding } from "./read-request.js";
import type { RecordFile } from "./read-table.js";
import { encodingOfMark } from "./read-text.js";
import { binaryKind, HEAD_BYTES } from "./sniff-bytes.js";
import { sniffEncoding } from "./sniff-encoding.js";
import { sniffFormat } from "./sniff-format.js";
import type { NamedContent } from "./sniff-name.js";

/** The tables of one file that no manifest describes. IMPORT.INPUT_INVALID for an empty or binary one. */
export async function openSniffed(
  source: ByteSource,
  named: Pick<NamedContent, "format"> & { readonly name: string | null },
  wish: ReadWish & Pick<ReadRequest, "onWarning">,
): Promise<readonly RecordTable[]> {
  const head = await headOf(source, HEAD_BYTES);
  const told = wish.encoding ?? encodingOfMark(head);
  // No line is how JSON lines spell an empty table.
  const canBeEmpty = (wish.format === "auto" ? named.format : wish.format) === "ndjson";
  if (head.length > 0 || !canBeEmpty) requireText(source.place, head, told ?? "utf-8");
  const encoding = told ?? (await guessed(source, wish.onWarning));
  const clues = { place: source.place, wished: wish.format, named: named.format };
  const format = sniffFormat(beginningOf(head, encoding), clues);
  if (format === "sql") throw asScript(source.place);
  const { delimiter, quote, hasHeader, nullText } = wish;
  const spelling = { delimiter, quote, hasHeader, nullText, columns: null, canHoldNul: false };
  return await openRecordFile({ source, format, name: named.name, schema: null, encoding, ...spelling });
}

/** The tables of a file whose format is known: one, or several of a JSON object. */
export async function openRecordFile(file: RecordFile): Promise<readonly RecordTable[]> {
  if (file.format === "csv" || file.format === "tsv") return [await openCsvTable(file)];
  return await openJsonTables(file);
}

/** IMPORT.INPUT_INVALID for what is empty, or no text in that encoding by its beginning. */
export function requireText(place: string, head: Buffer, encoding: TextEncoding): void {
  if (head.length === 0) throw new DbopsError("IMPORT.INPUT_INVALID", { message: `${place} is empty` });
  const kind = encoding.startsWith("utf-16") ? null : binaryKind(head);
  if (kind === null) return;
  throw new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} is no text`,
    why: kind === "binary" ? "its bytes are those of a binary file" : `it is ${kind}`,
    hint: "import reads CSV, TSV, JSON, NDJSON and SQL; text in UTF-16 without a byte-order mark needs --encoding utf-16le",
  });
}

async function guessed(source: ByteSource, warn: ReadRequest["onWarning"]): Promise<TextEncoding> {
  const encoding = await sniffEncoding(source);
  if (encoding !== "utf-8") {
    warn(
      `${source.place} is not UTF-8, and is read as ${encoding}: name another --encoding if that is wrong, utf8 to refuse it`,
    );
  }
  return encoding;
}

function asScript(place: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${place} is an SQL script, and there are records expected`,
    hint: "import a script by itself: dbops import FILE.sql TARGET",
  });
}

/** As text, however its last character was cut. */
function beginningOf(head: Buffer, encoding: TextEncoding): string {
  return new TextDecoder(encoding).decode(head);
}
