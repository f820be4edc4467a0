import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import type { TableName } from "../driver.js";
import type { Definition, VirtualRows } from "../view-model.js";
import type { Connection } from "./connection.js";
import { quoteText } from "./quote-text.js";
import { shadowOwner } from "./shadow-owner.js";

interface ObjectRow {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
  /** Of the table that it is or belongs to. */
  readonly kind: "table" | "virtual" | "shadow" | "view";
}

export interface DefinitionWish {
  /** null = everything in the database. */
  readonly tables: readonly TableName[] | null;
  readonly virtualRows: VirtualRows;
}

/** What SQLite makes or keeps by itself comes into being with the rest. */
const OBJECTS = `SELECT s.type, s.name, s.tbl_name, s.sql, coalesce(l.type, 'table') AS kind
  FROM sqlite_schema AS s LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.tbl_name
  WHERE s.sql IS NOT NULL AND s.tbl_name <> '${ORIGIN_TABLE}' COLLATE NOCASE AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  ORDER BY s.rowid`;

/** The database's own statements, word for word. */
export function definitionOf(connection: Connection, { tables, virtualRows }: DefinitionWish): Definition {
  const isStored = virtualRows === "stored";
  const objects = chosen(connection, tables).filter(({ kind }) => isStored || kind !== "shadow");
  const of = (type: ObjectRow["type"]): readonly ObjectRow[] => objects.filter((object) => object.type === type);
  const plain = of("table").filter(({ kind }) => kind !== "virtual");
  // A virtual table may look into a plain one when it is made.
  const virtual = of("table").filter(({ kind }) => kind === "virtual");
  const after = [...of("index"), ...of("view"), ...of("trigger")].map(({ sql }) => statement(sql));
  return {
    // As in the sqlite3 program's .dump: parents may come after their children, and all of it counts or nothing.
    opening: [...encodingOf(connection), "PRAGMA foreign_keys = OFF;\nBEGIN TRANSACTION;\n"].join(""),
    closing: "COMMIT;\n",
    before: [
      ...plain.map(({ sql }) => statement(sql)),
      ...(isStored ? entered(virtual) : virtual.map(({ sql }) => statement(sql))),
    ].join(""),
    after: [...counters(connection, plain), ...after, ...(tables === null ? ownNumbers(connection) : [])].join(""),
  };
}

/** A virtual table brings its shadow tables. */
function chosen(connection: Connection, tables: readonly TableName[] | null): readonly ObjectRow[] {
  const objects = connection.rows<ObjectRow>(OBJECTS);
  if (tables === null) return objects;
  const wanted = new Set(tables.map(({ name }) => name.toLowerCase()));
  const virtual = objects.filter(({ type, kind }) => type === "table" && kind === "virtual").map(({ name }) => name);
  return objects.filter(({ type, kind, tbl_name }) => {
    const owner = kind === "shadow" ? shadowOwner(tbl_name, virtual) : undefined;
    return type !== "view" && [tbl_name, owner ?? tbl_name].some((name) => wanted.has(name.toLowerCase()));
  });
}

/** Creating a virtual table would make its shadow tables anew, so it is only written down, as .dump does. */
function entered(tables: readonly ObjectRow[]): readonly string[] {
  if (tables.length === 0) return [];
  const rows = tables.map(
    ({ name, sql }) =>
      `INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',${quoteText(name)},${quoteText(name)},0,${quoteText(sql)});\n`,
  );
  return ["PRAGMA writable_schema = ON;\n", ...rows, "PRAGMA writable_schema = OFF;\n"];
}

/** Only an empty file takes it, and only there it matters. */
function encodingOf(connection: Connection): readonly string[] {
  const encoding = connection.text("PRAGMA encoding");
  return encoding === "UTF-8" ? [] : [`PRAGMA encoding = '${encoding}';\n`];
}

/** What an application writes into the header: which program's file it is, and of which version. */
function ownNumbers(connection: Connection): readonly string[] {
  return ["application_id", "user_version"]
    .map((name) => ({ name, value: connection.count(`PRAGMA ${name}`) }))
    .filter(({ value }) => value !== 0)
    .map(({ name, value }) => `PRAGMA ${name} = ${value};\n`);
}

/** Where AUTOINCREMENT stands: loading rows leaves the highest key, which may have been deleted in the source. */
function counters(connection: Connection, tables: readonly ObjectRow[]): readonly string[] {
  if (connection.count("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'") === 0) return [];
  const names = new Set(tables.map(({ name }) => name));
  const rows = connection.rows<{ name: string; row: string }>(
    "SELECT name, 'VALUES(' || quote(name) || ',' || quote(seq) || ')' AS row FROM sqlite_sequence ORDER BY rowid",
  );
  return rows
    .filter(({ name }) => names.has(name))
    .flatMap(({ row, name }) => [
      `DELETE FROM sqlite_sequence WHERE name = ${quoteText(name)};\n`,
      `INSERT INTO sqlite_sequence(name,seq) ${row};\n`,
    ]);
}

/** A comment at the end must not swallow the semicolon. */
function statement(sql: string): string {
  const lastLine = sql.slice(sql.lastIndexOf("\n") + 1);
  return lastLine.includes("--") ? `${sql}\n;\n` : `${sql};\n`;
}
