import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FieldValue } from "#dbops/lib/core/field-value.js";
import { openInput } from "#dbops/lib/import/read-input.js";
import type { ReadPlace, ReadRequest } from "#dbops/lib/import/read-request.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import type { RecordFault, RecordTable } from "#dbops/lib/transfer/record-model.js";
import { never } from "./codec-run.js";

const children = new ChildRegistry();

export interface ReadTable {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly FieldValue[])[];
  readonly places: readonly number[];
  readonly faults: readonly RecordFault[];
}

/** A request for a path or stream as a command would make it, with what a test changes of it. */
export function readRequest(input: string | ReadPlace, folder: string, wish: Partial<ReadRequest> = {}): ReadRequest {
  return {
    input: typeof input === "string" ? { kind: "path", path: input } : input,
    format: "auto",
    delimiter: null,
    quote: null,
    encoding: null,
    hasHeader: true,
    nullText: null,
    maxBytes: 10_000_000_000,
    workDir: async () => folder,
    signal: never,
    children,
    env: { PATH: process.env.PATH },
    onNotice: () => {},
    onWarning: () => {},
    ...wish,
  };
}

/** The tables of an input that brings some. */
export async function openRecords(request: ReadRequest): Promise<readonly RecordTable[]> {
  const opened = await openInput(request);
  if (opened.kind === "tables") return opened.tables;
  throw new Error(`this is a ${opened.kind}`);
}

/** Everything that a table brings. */
export async function readTable(table: RecordTable): Promise<ReadTable> {
  const rows: (readonly FieldValue[])[] = [];
  const places: number[] = [];
  const faults: RecordFault[] = [];
  for await (const batch of table.records()) {
    rows.push(...batch.rows);
    places.push(...batch.places);
    faults.push(...batch.faults);
  }
  return { name: table.name, columns: table.columns, rows, places, faults };
}

/** Everything that a path or stream brings. */
export async function readTables(
  input: string | ReadPlace,
  folder: string,
  wish: Partial<ReadRequest> = {},
): Promise<readonly ReadTable[]> {
  const tables = await openRecords(readRequest(input, folder, wish));
  const read: ReadTable[] = [];
  for (const table of tables) read.push(await readTable(table));
  return read;
}

/** Writes a file and reads the one table that it brings. */
export async function readText(
  folder: string,
  { name, content, ...wish }: { readonly name: string; readonly content: string | Uint8Array } & Partial<ReadRequest>,
): Promise<ReadTable> {
  const path = join(folder, name);
  await writeFile(path, content);
  const [table, ...others] = await readTables(path, folder, wish);
  if (table === undefined || others.length > 0) throw new Error(`${name} brings ${others.length + 1} tables`);
  return table;
}
