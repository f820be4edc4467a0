import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { type ClassCount, STORAGE_CLASSES, type StorageClass } from "./column-evidence.js";
import type { ColumnFamily } from "./column-family.js";
import type { ColumnScan, ScannedColumn } from "./survey-protocol.js";

/** SQLite allows 2000 result columns; a column takes at most four. */
const COLUMNS_AT_ONCE = 200;

const EXPECTED: Readonly<Record<ColumnFamily, StorageClass | null>> = {
  integer: "integer",
  boolean: "integer",
  real: "real",
  numeric: null,
  text: "text",
  json: "text",
  bytes: "blob",
  date: "text",
  timestamp: "text",
  timestamptz: "text",
  any: null,
};

export interface ClassesOfTable {
  readonly rows: number;
  /** Of each column of the scan, in its order. */
  readonly classes: readonly (readonly ClassCount[])[];
}

/**
 * Counts the storage classes of all columns in one walk over the table; only columns that do not hold what they declare
 * are looked at again, for all classes and the first rowid of each.
 */
export function scanClasses(connection: Connection, scan: ColumnScan): ClassesOfTable {
  const pieces = piecesOf(scan.columns);
  const found = new Map<string, readonly ClassCount[]>();
  let rows = 0;
  for (const columns of pieces) {
    const first = firstWalk(connection, scan, columns);
    rows = first.rows;
    for (const [name, classes] of first.classes) found.set(name, classes);
    const open = columns.filter(({ name }) => !found.has(name));
    for (const [name, classes] of secondWalk(connection, scan, open)) found.set(name, classes);
  }
  return { rows, classes: scan.columns.map(({ name }) => found.get(name) ?? []) };
}

function piecesOf(columns: readonly ScannedColumn[]): readonly (readonly ScannedColumn[])[] {
  const count = Math.max(1, Math.ceil(columns.length / COLUMNS_AT_ONCE));
  return Array.from({ length: count }, (_, index) =>
    columns.slice(index * COLUMNS_AT_ONCE, (index + 1) * COLUMNS_AT_ONCE),
  );
}

/** What is as declared needs one number per column: how many values it has. */
function firstWalk(
  connection: Connection,
  { table }: ColumnScan,
  columns: readonly ScannedColumn[],
): { readonly rows: number; readonly classes: ReadonlyMap<string, readonly ClassCount[]> } {
  const expected = columns.map((column) => EXPECTED[column.family]);
  const cells = columns.flatMap(({ name, isHeld }, index) => {
    const cell = quoteIdent(name);
    const wanted = expected[index];
    if (wanted === null || wanted === undefined) return [];
    return isHeld ? [`count(${cell})`] : [`count(${cell})`, `count(*) FILTER (WHERE typeof(${cell}) = '${wanted}')`];
  });
  const [counts] = raw(connection, `SELECT ${["count(*)", ...cells].join(", ")} FROM ${quoteIdent(table)}`);
  const next = (counts ?? [])[Symbol.iterator]();
  const take = (): number => Number(next.next().value ?? 0);
  const rows = take();
  const classes = new Map<string, readonly ClassCount[]>();
  for (const [index, { name, isHeld }] of columns.entries()) {
    const wanted = expected[index];
    if (wanted === null || wanted === undefined) continue;
    const filled = take();
    if (!isHeld && take() !== filled) continue;
    classes.set(name, filled === 0 ? [] : [{ class: wanted, count: filled, firstRowid: null }]);
  }
  return { rows, classes };
}

function secondWalk(
  connection: Connection,
  scan: ColumnScan,
  columns: readonly ScannedColumn[],
): ReadonlyMap<string, readonly ClassCount[]> {
  if (columns.length === 0) return new Map();
  const cells = columns.flatMap(({ name }) =>
    STORAGE_CLASSES.map((word) => `count(*) FILTER (WHERE typeof(${quoteIdent(name)}) = '${word}')`),
  );
  const [found = []] = raw(connection, `SELECT ${cells.join(", ")} FROM ${quoteIdent(scan.table)}`);
  const width = STORAGE_CLASSES.length;
  return new Map(
    columns.map(({ name }, index) => {
      const counts = found.slice(index * width, (index + 1) * width).map(Number);
      const classes = STORAGE_CLASSES.map((word, at) => ({ class: word, count: counts[at] ?? 0 }));
      return [name, withFirst(connection, scan, { name, classes: classes.filter(({ count }) => count > 0) })] as const;
    }),
  );
}

function withFirst(
  connection: Connection,
  { table, rowid }: ColumnScan,
  column: { readonly name: string; readonly classes: readonly Pick<ClassCount, "class" | "count">[] },
): readonly ClassCount[] {
  const classes = column.classes.toSorted((a, b) => b.count - a.count);
  const isMixed = classes.length > 1;
  return classes.map((found) => {
    const where = `typeof(${quoteIdent(column.name)}) = '${found.class}'`;
    const first =
      isMixed && rowid !== null
        ? connection.value(`SELECT ${rowid} FROM ${quoteIdent(table)} WHERE ${where} ORDER BY ${rowid} LIMIT 1`)
        : null;
    return { ...found, firstRowid: typeof first === "bigint" ? first : null };
  });
}

function raw(connection: Connection, sql: string): readonly (readonly unknown[])[] {
  return connection.db.prepare<unknown[], readonly unknown[]>(sql).raw().all();
}
