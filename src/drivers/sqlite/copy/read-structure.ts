import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { Connection } from "../connection.js";
import { missingExtension } from "../errors.js";
import { quoteIdent } from "../quote-ident.js";
import { tableRowid } from "../table-rowid.js";
import type {
  ColumnStructure,
  FileStructure,
  IndexStructure,
  ReferenceStructure,
  TableStructure,
} from "./file-structure.js";

const ORIGIN_COLUMNS = ["version", "engine", "kind", "name", "definition", "stored", "became_type"];

interface ObjectRow {
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/** Everything that makes up the schema, tables in the order in which they were made. */
export function readStructure(connection: Connection): FileStructure {
  const hasOrigin = isOrigin(connection);
  const tables = objects(connection, "table").filter(({ name }) => !hasOrigin || name.toLowerCase() !== ORIGIN_TABLE);
  const numbering = sequences(connection);
  return {
    tables: tables.map((table) => readTable(connection, table, numbering)),
    views: objects(connection, "view").map(({ name, sql }) => ({ name, sql: sql ?? "" })),
    triggers: objects(connection, "trigger").map(({ name, tbl_name, sql }) => ({
      name,
      table: tbl_name,
      sql: sql ?? "",
    })),
    hasStatistics: hasTable(connection, "sqlite_stat1"),
    origin: hasOrigin
      ? connection.rows<Readonly<Record<string, unknown>>>(`SELECT * FROM ${ORIGIN_TABLE} ORDER BY rowid`)
      : null,
  };
}

function objects(connection: Connection, type: string): readonly ObjectRow[] {
  return connection.rows<ObjectRow>(
    "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    type,
  );
}

function hasTable(connection: Connection, name: string): boolean {
  return (
    connection.count("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE", name) > 0
  );
}

/** Whether a copy has left its notes; a table of that name with other columns is the user's own. */
function isOrigin(connection: Connection): boolean {
  const columns = new Set(readColumns(connection, ORIGIN_TABLE).map(({ name }) => name));
  return ORIGIN_COLUMNS.every((name) => columns.has(name));
}

function sequences(connection: Connection): ReadonlyMap<string, bigint> {
  if (!hasTable(connection, "sqlite_sequence")) return new Map();
  // Anybody may write anything into it.
  const rows = connection.rows<{ name: string; seq: bigint }>(
    "SELECT name, seq FROM sqlite_sequence WHERE typeof(name) = 'text' AND typeof(seq) = 'integer'",
  );
  return new Map(rows.map(({ name, seq }) => [name, seq]));
}

function readTable(
  connection: Connection,
  { name, sql }: ObjectRow,
  numbering: ReadonlyMap<string, bigint>,
): TableStructure {
  const outside = { name, sql: sql ?? "", sequence: numbering.get(name) ?? null };
  const [facts] = connection.rows<{ type: string; wr: bigint; strict: bigint }>(
    "SELECT type, wr, strict FROM pragma_table_list(?) WHERE schema = 'main'",
    name,
  );
  const kind = facts?.type === "virtual" || facts?.type === "shadow" ? facts.type : "table";
  const isWithoutRowid = facts?.wr === 1n;
  try {
    const rowid = tableRowid(connection, name);
    const hasNumbers = kind === "table" && rowid !== null && rowid.alias !== null;
    return {
      ...outside,
      kind,
      isWithoutRowid,
      isStrict: facts?.strict === 1n,
      columns: readColumns(connection, name),
      indexes: readIndexes(connection, name),
      references: readReferences(connection, name),
      rowid,
      greatestRowid: hasNumbers ? greatest(connection, name, rowid.sql) : null,
      missing: kind === "virtual" ? missingModule(connection, name) : null,
    };
  } catch (error) {
    const missing = missingExtension(error);
    if (missing === null) throw error;
    const nothing = { columns: [], indexes: [], references: [], rowid: null, greatestRowid: null, isStrict: false };
    return { ...outside, ...nothing, kind, isWithoutRowid, missing };
  }
}

/** Pragmas may be silent about a module that is not there; a statement is not. */
function missingModule(connection: Connection, name: string): string | null {
  try {
    connection.db.prepare(`SELECT * FROM ${quoteIdent(name)}`);
    return null;
  } catch (error) {
    return missingExtension(error) ?? raise(error);
  }
}

function raise(error: unknown): never {
  throw error;
}

function greatest(connection: Connection, name: string, rowid: string): bigint | null {
  const value = connection.value(`SELECT max(${rowid}) FROM ${quoteIdent(name)}`);
  return typeof value === "bigint" ? value : null;
}

function readColumns(connection: Connection, table: string): readonly ColumnStructure[] {
  return connection
    .rows<{ name: string; type: string; notnull: bigint; dflt_value: string | null; pk: bigint; hidden: bigint }>(
      'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid',
      table,
    )
    .filter(({ hidden }) => hidden !== 1n)
    .map(({ name, type, notnull, dflt_value, pk, hidden }) => ({
      name,
      declared: type,
      isNotNull: notnull === 1n,
      defaultSql: dflt_value,
      keyPosition: Number(pk),
      isGenerated: hidden !== 0n,
    }));
}

function readIndexes(connection: Connection, table: string): readonly IndexStructure[] {
  return connection
    .rows<{ name: string; unique: bigint; origin: string; sql: string | null }>(
      `SELECT l.name, l."unique", l.origin, s.sql FROM pragma_index_list(?) AS l
       LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = l.name ORDER BY l.seq DESC`,
      table,
    )
    .map(({ name, unique, origin, sql }) => ({
      name,
      isUnique: unique === 1n,
      origin: origin === "u" || origin === "pk" ? origin : "c",
      sql,
      terms: connection
        .rows<{ name: string | null; coll: string; desc: bigint }>(
          'SELECT name, coll, "desc" FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
          name,
        )
        .map((term) => ({ column: term.name, collation: term.coll, isDescending: term.desc === 1n })),
    }));
}

function readReferences(connection: Connection, table: string): readonly ReferenceStructure[] {
  const rows = connection.rows<{
    id: bigint;
    table: string;
    from: string;
    to: string | null;
    on_update: string;
    on_delete: string;
  }>('SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq', table);
  return rows.flatMap((first, index) => {
    if (rows.findIndex(({ id }) => id === first.id) !== index) return [];
    const parts = rows.filter(({ id }) => id === first.id);
    return {
      id: Number(first.id),
      table: first.table,
      columns: parts.map(({ from }) => from),
      to: parts.flatMap(({ to }) => to ?? []),
      onUpdate: first.on_update,
      onDelete: first.on_delete,
    };
  });
}
