import { formatCount } from "../core/units.js";
import type { ExportedTable, ExportManifest } from "../transfer/export-manifest.js";
import type { RecordBatch, RecordOrigin, RecordTable } from "../transfer/record-model.js";
import type { ArchiveMember } from "./archive-member.js";
import { type ByteSource, readRange } from "./read-bytes.js";
import { checkedBytes, mismatch } from "./read-checked.js";
import { type DecompressServices, decompressed } from "./read-compressed.js";
import type { FoundManifest } from "./read-manifest.js";
import { openRecordFile } from "./read-record-file.js";
import { spelledReader } from "./read-spelled.js";

const MOST_SCHEMA_BYTES = 512 * 1024 * 1024;

/** The tables of an export exactly as its manifest says, each file and count checked. IMPORT.CHECKSUM_MISMATCH. */
export async function openExported(
  found: FoundManifest,
  members: readonly ArchiveMember[],
  services: DecompressServices,
): Promise<readonly RecordTable[]> {
  const sourceOf = (file: string): ByteSource => {
    const member = members.find(({ name }) => name === `${found.prefix}${file}`);
    if (member === undefined) throw mismatch(found.place, `its file ${file} is missing`);
    return member.source;
  };
  const { manifest } = found;
  const readSchema = schemaReader(sourceOf(manifest.schemaFile.file), manifest);
  const tables: RecordTable[] = [];
  for (const table of manifest.tables) {
    const stored = checkedBytes(sourceOf(table.file), table);
    const source = decompressed(stored, manifest.dialect.compression, services);
    tables.push(await openOne({ table, manifest, source }, originOf(table, manifest, readSchema)));
  }
  return tables;
}

interface TableFile {
  readonly table: ExportedTable;
  readonly manifest: ExportManifest;
  readonly source: ByteSource;
}

async function openOne({ table, manifest, source }: TableFile, origin: RecordOrigin): Promise<RecordTable> {
  const { format, dialect } = manifest;
  const [read] = await openRecordFile({
    source,
    format,
    name: table.name,
    schema: table.schema,
    encoding: "utf-8",
    delimiter: dialect.delimiter,
    quote: '"',
    hasHeader: true,
    nullText: dialect.null,
    columns: table.columns.map(({ name }) => name),
    canHoldNul: true,
  });
  if (read === undefined) throw mismatch(source.place, "it holds no table");
  const spelled = spelledReader(table, manifest);
  return { ...read, origin, text: null, records: () => counted(read, { spelled, rows: table.rows }) };
}

interface Expectation {
  readonly spelled: ((batch: RecordBatch) => RecordBatch) | null;
  readonly rows: number;
}

async function* counted(table: RecordTable, { spelled, rows }: Expectation): AsyncIterable<RecordBatch> {
  let count = 0;
  for await (const batch of table.records()) {
    count += batch.rows.length + batch.faults.length;
    yield spelled === null ? batch : spelled(batch);
  }
  if (count === rows) return;
  throw mismatch(table.place, `it has ${formatCount(count)} records; the manifest says ${formatCount(rows)}`);
}

function originOf(
  { columns, nonFinite, mixed, numbers, where, limit, allColumns }: ExportedTable,
  { engine }: ExportManifest,
  readSchema: RecordOrigin["readSchema"],
): RecordOrigin {
  return {
    engine,
    types: new Map(columns.map(({ name, type }) => [name, type])),
    generated: new Set(columns.filter(({ generated }) => generated).map(({ name }) => name)),
    nonFinite: new Set(nonFinite),
    mixed: new Set(mixed),
    numbers: numbers === undefined ? null : new Set(numbers),
    isWhole: where === null && limit === null && allColumns,
    readSchema,
  };
}

/** The statements before and after the rows, by the byte where those belong. */
function schemaReader(source: ByteSource, { schemaFile }: ExportManifest): RecordOrigin["readSchema"] {
  return async () => {
    const bytes = await readRange(
      checkedBytes(source, { bytes: null, sha256: schemaFile.sha256 }),
      0,
      MOST_SCHEMA_BYTES,
    );
    return {
      before: bytes.toString("utf8", 0, schemaFile.rowsAt),
      after: bytes.toString("utf8", schemaFile.rowsAt),
    };
  };
}
