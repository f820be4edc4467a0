import { DbopsError } from "../core/errors.js";
import type { RecordBatch, RecordTable } from "../transfer/record-model.js";
import { JsonColumns } from "./json-columns.js";
import { JsonDocument, type JsonTableKind, type ListPlace } from "./json-document.js";
import { JsonLines } from "./json-lines.js";
import { JsonSyntax } from "./json-scanner.js";
import { headOf } from "./read-bytes.js";
import { batchesOf, type RecordParser } from "./read-parser.js";
import type { RecordFile } from "./read-table.js";
import { encodingOfMark, textOf } from "./read-text.js";

/** Of a byte-order mark of UTF-8. */
const MARK_BYTES = 3;

/** A table of a JSON text. */
interface FoundTable {
  /** Its key in the outer object; null for a list or a keyed object. */
  readonly key: string | null;
  readonly kind: JsonTableKind;
  readonly columns: JsonColumns;
  /** null = it is found by reading from the beginning. */
  readonly from: ListPlace | null;
}

/** The tables of a JSON text, or the one of a text of JSON lines. Their columns are the keys of all records, so it is read once here. */
export async function openJsonTables(file: RecordFile): Promise<readonly RecordTable[]> {
  if (file.format === "ndjson") return [linesTable(file, file.columns ?? (await lineColumns(file)))];
  const found = file.columns === null ? await findTables(file) : [listOf(file.columns)];
  return found.map((table) => documentTable(file, table));
}

function linesTable(file: RecordFile, columns: readonly string[]): RecordTable {
  return {
    ...sharedParts(file),
    name: file.name,
    placeWord: "line",
    columns,
    records: () => read(file, new JsonLines(new JsonColumns(columns))),
  };
}

async function lineColumns(file: RecordFile): Promise<readonly string[]> {
  const columns = new JsonColumns();
  await readAll(read(file, new JsonLines(columns)));
  return columns.names;
}

function documentTable(file: RecordFile, { key, kind, columns: { names }, from }: FoundTable): RecordTable {
  const columnsFor = (name: string | null) => (from !== null || name === key ? new JsonColumns(names) : null);
  return {
    ...sharedParts(file),
    name: key ?? file.name,
    placeWord: "record",
    columns: kind === "keyed" ? [keyName(names), ...names] : names,
    records: () => readDocument(file, new JsonDocument(columnsFor, from), from?.byte),
  };
}

async function findTables(file: RecordFile): Promise<readonly FoundTable[]> {
  const found: FoundTable[] = [];
  const isUtf8 = file.encoding === "utf-8";
  const markBytes = encodingOfMark(await headOf(file.source, MARK_BYTES)) === null ? 0 : MARK_BYTES;
  const onTable = (key: string | null, kind: JsonTableKind): JsonColumns => {
    if (found.some((table) => table.key === key)) throw twice(file, key);
    const columns = new JsonColumns();
    const { byte, line } = document.listPlace;
    // Only in UTF-8 the bytes were counted; a list that is alone begins at the beginning anyway.
    const from = key !== null && isUtf8 ? { byte: markBytes + byte, line } : null;
    found.push({ key, kind, columns, from });
    return columns;
  };
  const document = new JsonDocument(onTable);
  await readAll(readDocument(file, document));
  if (found.length > 0) return found;
  throw new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${file.source.place} holds no record`,
    why: "its JSON is an empty object",
  });
}

function listOf(columns: readonly string[]): FoundTable {
  return { key: null, kind: "list", columns: new JsonColumns(columns), from: null };
}

/** The column of an object's keys: another name where the records themselves have a field `key`. */
function keyName(names: readonly string[]): string {
  let name = "key";
  while (names.includes(name)) name = `_${name}`;
  return name;
}

function sharedParts({ schema, source }: RecordFile) {
  return { schema, place: source.place, isTyped: true, origin: null, text: null, sizeBytes: source.sizeBytes };
}

function read(file: RecordFile, parser: RecordParser, fromByte = 0): AsyncIterable<RecordBatch> {
  return batchesOf(textOf(file.source, file.encoding, fromByte), parser);
}

async function readAll(batches: AsyncIterable<RecordBatch>): Promise<void> {
  for await (const _ of batches);
}

async function* readDocument(file: RecordFile, document: JsonDocument, fromByte = 0): AsyncIterable<RecordBatch> {
  try {
    yield* read(file, document, fromByte);
  } catch (error) {
    if (!(error instanceof JsonSyntax)) throw error;
    throw new DbopsError("IMPORT.SYNTAX", {
      message: `${file.source.place} is no JSON that holds records, at line ${document.lineOf(error.position)}`,
      why: error.message,
      hint: "it must be a list of objects, or an object of such lists; objects line by line are --format ndjson",
    });
  }
}

function twice(file: RecordFile, key: string | null): DbopsError {
  return new DbopsError("IMPORT.SYNTAX", { message: `${file.source.place} holds the table "${key}" twice` });
}
