import type { ForeignKey, Index, SchemaModel, Table } from "../schema-model.js";
import type { Connection } from "./connection.js";
import { estimatedRows } from "./estimated-rows.js";
import { shadowOwner } from "./shadow-owner.js";
import { checksIn, indexTermsIn } from "./sql-text.js";
import { virtualTableNames } from "./stored-tables.js";
import type { BtreeSize } from "./worker-protocol.js";

interface ObjectRow {
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/** The structure, in one read transaction; sizes come from the walk over the b-trees that a child has done. */
export function readSchema(connection: Connection, sizes: readonly BtreeSize[]): SchemaModel {
  const bytes = new Map(sizes.map((size) => [size.name, size.bytes]));
  return connection.db.transaction(() => ({
    tables: objects(connection, "table")
      .filter(({ name }) => !name.startsWith("sqlite_"))
      .map((row) => readTable(connection, row, bytes)),
    views: objects(connection, "view").map(({ name, sql }) => ({
      schema: null,
      name,
      isMaterialized: false,
      sql: sql ?? "",
    })),
    sequences: [],
    triggers: objects(connection, "trigger").map(({ name, tbl_name, sql }) => ({
      schema: null,
      table: tbl_name,
      name,
      sql: sql ?? "",
    })),
  }))();
}

function objects(connection: Connection, type: string): readonly ObjectRow[] {
  return connection.rows<ObjectRow>("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = ? ORDER BY name", type);
}

function readTable(connection: Connection, { name, sql }: ObjectRow, bytes: ReadonlyMap<string, number>): Table {
  const indexes = readIndexes(connection, name, bytes);
  const columns = connection.rows<{
    name: string;
    type: string;
    notnull: bigint;
    dflt_value: string | null;
    pk: bigint;
    hidden: bigint;
  }>('SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid', name);
  const own = bytes.get(name);
  const rowid = rowidColumn(connection, name, columns);
  return {
    schema: null,
    name,
    ...kindOf(connection, name),
    estimatedRows: estimatedRows(connection, name),
    sizeBytes: own === undefined ? null : own + indexes.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    columns: columns
      .filter(({ hidden }) => hidden !== 1n)
      .map((column) => ({
        name: column.name,
        type: column.type,
        isNullable: column.notnull === 0n,
        defaultSql: column.dflt_value,
        isGenerated: column.hidden !== 0n,
        isIdentity: column.name === rowid,
      })),
    primaryKey: columns
      .filter(({ pk }) => pk > 0n)
      .sort((a, b) => Number(a.pk - b.pk))
      .map((column) => column.name),
    indexes,
    foreignKeys: readForeignKeys(connection, name),
    checks: checksIn(sql ?? ""),
  };
}

function kindOf(connection: Connection, name: string): Pick<Table, "kind" | "shadowOf"> {
  const type = connection.text("SELECT type FROM pragma_table_list(?) WHERE schema = 'main'", name);
  if (type === "virtual") return { kind: "virtual" };
  const owner = type === "shadow" ? shadowOwner(name, virtualTableNames(connection)) : undefined;
  return owner === undefined ? { kind: "table" } : { kind: "shadow", shadowOf: owner };
}

/** The column that stands for the rowid: the INTEGER PRIMARY KEY of a table that has rowids. */
function rowidColumn(
  connection: Connection,
  table: string,
  columns: readonly { readonly name: string; readonly type: string; readonly pk: bigint }[],
): string | null {
  const [key, ...others] = columns.filter(({ pk }) => pk > 0n);
  if (key?.type.toUpperCase() !== "INTEGER" || others.length > 0) return null;
  const hasRowid = connection.count("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table) === 0;
  return hasRowid ? key.name : null;
}

function readIndexes(connection: Connection, table: string, bytes: ReadonlyMap<string, number>): readonly Index[] {
  const rows = connection.rows<{ name: string; unique: bigint; origin: string; sql: string | null }>(
    `SELECT l.name, l."unique", l.origin, s.sql FROM pragma_index_list(?) AS l
     LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = l.name ORDER BY l.name`,
    table,
  );
  return rows.map(({ name, unique, origin, sql }) => ({
    name,
    isUnique: unique === 1n,
    isPrimary: origin === "pk",
    isDeferrable: false,
    columns: indexColumns(connection, name, sql),
    sizeBytes: bytes.get(name) ?? null,
    definition: sql,
  }));
}

function indexColumns(connection: Connection, index: string, sql: string | null): readonly string[] {
  const terms = sql === null ? [] : indexTermsIn(sql);
  return connection
    .rows<{ name: string | null }>("SELECT name FROM pragma_index_info(?) ORDER BY seqno", index)
    .map(({ name }, position) => name ?? terms[position] ?? "");
}

interface ForeignKeyRow {
  readonly id: bigint;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
  readonly on_update: string;
  readonly on_delete: string;
}

function readForeignKeys(connection: Connection, table: string): readonly ForeignKey[] {
  const rows = connection.rows<ForeignKeyRow>(
    'SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq',
    table,
  );
  const ids = [...new Set(rows.map(({ id }) => id))];
  return ids.map((id) => foreignKeyOf(rows.filter((row) => row.id === id)));
}

/** A reference without columns means the other table's primary key. */
function foreignKeyOf(rows: readonly ForeignKeyRow[]): ForeignKey {
  const [first] = rows;
  return {
    name: null,
    columns: rows.map(({ from }) => from),
    references: {
      schema: null,
      table: first?.table ?? "",
      columns: rows.flatMap(({ to }) => (to === null ? [] : [to])),
    },
    onDelete: first?.on_delete ?? "",
    onUpdate: first?.on_update ?? "",
    // PRAGMA defer_foreign_keys knows no exception.
    isDeferrable: true,
  };
}
