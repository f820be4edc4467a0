import { DbopsError } from "../../lib/core/errors.js";
import type { RowFacts, RowFormat, RowSource } from "../view-model.js";
import { affinityOf } from "./affinity.js";
import { ByteSink } from "./byte-sink.js";
import type { Connection } from "./connection.js";
import { CsvWriter } from "./csv-writer.js";
import type { DatabaseText } from "./database-text.js";
import { translating } from "./errors.js";
import { InsertWriter } from "./insert-writer.js";
import { NdjsonWriter } from "./ndjson-writer.js";
import { readCells } from "./read-cells.js";
import { readWalk } from "./read-walk.js";
import { findRelation, type RowSelection, selectionOf } from "./row-selection.js";
import { RowTally } from "./row-tally.js";
import type { RowOutput, RowWriter } from "./row-writer.js";
import { DATA_PIPE } from "./worker-protocol.js";

interface EncodeRequest {
  readonly source: RowSource;
  readonly format: RowFormat;
}

/** Writes all rows into the data pipe; returns when the last byte is in it. */
export function encodeRows(
  connection: Connection,
  request: EncodeRequest,
  databaseText: DatabaseText,
): { readonly facts: RowFacts; readonly bytes: number } {
  const encoding = prepareRows(connection, request, { sink: new ByteSink(DATA_PIPE), databaseText });
  encoding.run();
  const { sink, tally } = encoding.output;
  const facts = tally.facts();
  const isUntold = (name: string): boolean => request.format.kind === "csv" && encoding.isWithoutAffinity(name);
  return { facts: { ...facts, numbers: facts.numbers.filter(isUntold) }, bytes: sink.total };
}

/** Throws what encodeRows would, without writing anything; only CSV has values that it cannot spell. */
export function checkRows(connection: Connection, request: EncodeRequest, databaseText: DatabaseText): void {
  const { run, output } = prepareRows(connection, request, { sink: new ByteSink(null), databaseText });
  const { format } = request;
  if (format.kind !== "csv") return;
  const mayNullBeUnseen = output.tally.names.length === 1 && format.nullText === null;
  if (!format.isLossy || mayNullBeUnseen) run();
}

interface Encoding {
  readonly output: RowOutput;
  /** Whether a text of digits that is put into the column stays a text. */
  readonly isWithoutAffinity: (name: string) => boolean;
  readonly run: () => void;
}

function prepareRows(
  connection: Connection,
  { source, format }: EncodeRequest,
  place: Pick<RowOutput, "sink" | "databaseText">,
): Encoding {
  const selection = format.kind === "sql" ? loadable(selectionOf(connection, source)) : selectionOf(connection, source);
  const names = selection.columns.map(({ name }) => name);
  const output: RowOutput = { ...place, tally: new RowTally(names) };
  const writer = writerOf(connection, { source, format }, output);
  const run = (): void =>
    translating(source.kind === "table" ? `cannot read ${source.table.name}` : "the query failed", () => {
      writer.begin();
      readRows(connection, selection, { writer, output });
      output.sink.flush();
    });
  const bare = new Set(selection.columns.filter(({ type }) => keepsText(type ?? "")).map(({ name }) => name));
  return { output, run, isWithoutAffinity: (name) => bare.has(name) };
}

/** ANY has no affinity in STRICT tables; in others a number comes to the same. */
function keepsText(type: string): boolean {
  return affinityOf(type, true) === "none";
}

function readRows(
  connection: Connection,
  selection: RowSelection,
  { writer, output }: { readonly writer: RowWriter; readonly output: RowOutput },
): void {
  const { walk, cells } = selection;
  // Numbers and text joined by SQLite are in the database's encoding.
  if (walk !== null && output.databaseText.isUtf8) {
    readWalk(connection, { ...walk, cells, columns: selection.columns }, { writer, output });
  } else readCells(connection, { ...selection, parameters: [] }, writer, output);
}

function writerOf(connection: Connection, { source, format }: EncodeRequest, output: RowOutput): RowWriter {
  const { names } = output.tally;
  switch (format.kind) {
    case "csv":
      return new CsvWriter(names, format, output);
    case "ndjson":
      requireUnique(names);
      return new NdjsonWriter(names, format.int64, output);
    case "sql":
      return new InsertWriter(loadableTable(connection, source), names, output);
  }
}

/** Generated columns are read, never loaded. */
function loadable(selection: RowSelection): RowSelection {
  const isLoaded = selection.columns.map(({ isGenerated }) => !isGenerated);
  return {
    ...selection,
    columns: selection.columns.filter((_, index) => isLoaded[index]),
    cells: selection.cells.filter((_, index) => isLoaded[index]),
  };
}

function loadableTable(connection: Connection, source: RowSource): string {
  const relation = source.kind === "table" ? findRelation(connection, source.table.name) : null;
  if (relation !== null && relation.type !== "view") return relation.name;
  throw new DbopsError("USAGE.INVALID", {
    message:
      relation === null ? "the rows of a query belong to no table" : `${relation.name} is a view, which takes no rows`,
    why: "a script of INSERT statements needs a table to put the rows into",
    hint: "choose another format, such as --format ndjson",
  });
}

function requireUnique(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `two columns are named ${twice}`,
    why: "an object has one value for each name",
    hint: "give one of them another name with AS",
  });
}
