import type { TableName } from "../driver.js";
import type { Definition } from "../view-model.js";
import type { Connection } from "./connection.js";
import { quoteText } from "./quote-text.js";

interface ObjectRow {
  readonly type: "table" | "index" | "view" | "trigger";
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
  readonly isVirtual: bigint;
}

/** What SQLite makes or keeps by itself, and the tables behind virtual ones, come into being with the rest. */
const OBJECTS = `SELECT s.type, s.name, s.tbl_name, s.sql, coalesce(l.type = 'virtual', 0) AS isVirtual
  FROM sqlite_schema AS s LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name
  WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.type IS NOT 'shadow'
    AND s.tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
  ORDER BY s.rowid`;

/** The database's own statements, word for word. */
export function definitionOf(connection: Connection, tables: readonly TableName[] | null): Definition {
  const wanted = tables === null ? null : new Set(tables.map(({ name }) => name.toLowerCase()));
  const objects = connection
    .rows<ObjectRow>(OBJECTS)
    .filter((object) => wanted === null || (object.type !== "view" && wanted.has(object.tbl_name.toLowerCase())));
  const of = (type: ObjectRow["type"]): readonly ObjectRow[] => objects.filter((object) => object.type === type);
  const plain = of("table").filter(({ isVirtual }) => isVirtual === 0n);
  // A virtual table may look into a plain one when it is made.
  const virtual = of("table").filter(({ isVirtual }) => isVirtual === 1n);
  const after = [...of("index"), ...of("view"), ...of("trigger")].map(({ sql }) => statement(sql));
  return {
    // As in the sqlite3 program's .dump: parents may come after their children, and all of it counts or nothing.
    opening: [...encodingOf(connection), "PRAGMA foreign_keys = OFF;\nBEGIN TRANSACTION;\n"].join(""),
    closing: "COMMIT;\n",
    before: [...plain, ...virtual].map(({ sql }) => statement(sql)).join(""),
    after: [...counters(connection, plain), ...after, ...(tables === null ? ownNumbers(connection) : [])].join(""),
  };
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
