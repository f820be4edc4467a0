import { DbopsError } from "../core/errors.js";
import type { RecordBatch, RecordTable } from "../transfer/record-model.js";
import type { CsvDialect } from "./csv-dialect.js";
import { headerNames, numberedNames } from "./csv-header.js";
import { CsvParser } from "./csv-parser.js";
import { delimitedText } from "./csv-text.js";
import { batchesOf } from "./read-parser.js";
import type { RecordFile } from "./read-table.js";
import { textOf } from "./read-text.js";
import { sniffDialect } from "./sniff-dialect.js";

/** A file of delimited text as a table. IMPORT.SYNTAX for a header that names no columns, or a file without a record. */
export async function openCsvTable(file: RecordFile): Promise<RecordTable> {
  const dialect = await sniffDialect(file);
  const columns = file.columns ?? (await readColumns(file, dialect));
  const { name, schema, source } = file;
  return {
    name,
    schema,
    place: source.place,
    placeWord: "line",
    isTyped: false,
    columns,
    origin: null,
    text: file.encoding === "utf-8" ? delimitedText(file, dialect) : null,
    sizeBytes: source.sizeBytes,
    records: () => readRecords(file, { dialect, width: columns.length }),
  };
}

/** Reads no more than the first record. */
async function readColumns(file: RecordFile, dialect: CsvDialect): Promise<readonly string[]> {
  const parser = new CsvParser(dialect);
  for await (const { text } of textOf(file.source, file.encoding)) {
    parser.push(text);
    if (parser.scan(1)) return namesOf(file, parser.take(0));
  }
  parser.end();
  if (parser.scan(1)) return namesOf(file, parser.take(0));
  if (parser.isUnfinished) throw unclosed(file.source.place, parser.line);
  throw new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${file.source.place} holds no record`,
    why: "every line of it is empty",
  });
}

function namesOf({ source, hasHeader }: RecordFile, { rows, places, faults }: RecordBatch): readonly string[] {
  const [fields] = rows;
  const place = { place: source.place, line: places[0] ?? faults[0]?.place ?? 1 };
  if (fields !== undefined) return hasHeader ? headerNames(fields, place) : numberedNames(fields.length);
  throw new DbopsError("IMPORT.SYNTAX", {
    message: `the first record of ${place.place} (line ${place.line}) cannot be read`,
    why: faults[0]?.reason,
    hint: "it tells how many columns there are: correct that line, or name another --quote or --delimiter",
  });
}

interface Shape {
  readonly dialect: CsvDialect;
  readonly width: number;
}

async function* readRecords(file: RecordFile, { dialect, width }: Shape): AsyncIterable<RecordBatch> {
  const parser = new CsvParser(dialect, width);
  let isHeader = file.hasHeader;
  const batches = batchesOf(textOf(file.source, file.encoding), parser, () => {
    if (parser.isUnfinished) throw unclosed(file.source.place, parser.line);
  });
  for await (const batch of batches) {
    yield isHeader ? withoutFirst(batch) : batch;
    isHeader = false;
  }
}

function withoutFirst(batch: RecordBatch): RecordBatch {
  return { ...batch, rows: batch.rows.slice(1), places: batch.places.slice(1) };
}

/** Not a fault like others: everything to the end of the file stands within that quote. */
function unclosed(place: string, line: number): DbopsError {
  return new DbopsError("IMPORT.SYNTAX", {
    message: `a quote is not closed in ${place}, in the record at line ${line}`,
    why: "everything after it would belong to that one field",
    hint: "correct that line; if the file has no quotes at all, name a character that never occurs: --quote",
  });
}
