import type { Table } from "../../drivers/schema-model.js";
import type { RecordSource } from "../../drivers/source-model.js";
import type { RecordBatch, RecordTable } from "../transfer/record-model.js";

/** The tables of a database file as tables of records; those that hold no rows of their own are left out. */
export function sourceTables(source: RecordSource, place: string): readonly RecordTable[] {
  return source.tables.map((table) => recordTable(source, table, place));
}

function recordTable(source: RecordSource, table: Table, place: string): RecordTable {
  const computed = table.columns.filter(({ isGenerated, isIdentity }) => isGenerated && !isIdentity);
  const stored = table.columns.filter((column) => !computed.includes(column));
  const columns = stored.map(({ name }) => name);
  return {
    name: table.name,
    schema: table.schema,
    place: `${place}: ${table.name}`,
    placeWord: "record",
    isTyped: true,
    columns,
    origin: {
      engine: source.engine,
      types: new Map(stored.map(({ name, type }) => [name, type === "" ? null : type])),
      generated: new Set(computed.map(({ name }) => name)),
      nonFinite: new Set(),
      mixed: new Set(),
      numbers: null,
      isWhole: false,
      readSchema: null,
    },
    text: null,
    sizeBytes: null,
    records: () => records(source.read(table, columns)),
  };
}

async function* records(batches: ReturnType<RecordSource["read"]>): AsyncIterable<RecordBatch> {
  let read = 0;
  for await (const rows of batches) {
    const first = read + 1;
    yield { rows, places: rows.map((_, index) => first + index), faults: [], bytesRead: 0 };
    read += rows.length;
  }
}
