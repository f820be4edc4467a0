import Database from "better-sqlite3";
import { afterAll, afterEach, beforeEach, expect, inject, test } from "vitest";
import { arrivedRows } from "../support/arrived-rows.js";
import { type CopyResult, type CopyWorld, copyWorld } from "../support/copy-world.js";
import { freshDatabase } from "../support/fresh-database.js";
import { runPgloader } from "../support/other-loader.js";
import { arrivedWords, Scoreboard } from "../support/scoreboard.js";
import { TORTURE_CASES, type TortureCase } from "../support/torture-cases.js";

// Databases that other loaders have lost rows, keys, defaults or digits of, out to PostgreSQL and back.

interface Expectation {
  /** Why it is refused without a flag, with nothing made. */
  readonly refused?: string;
  /** What cannot come along though all rows do. */
  readonly uncarried?: readonly string[];
  /** Values of several kinds become one type, so that the way back gives their bytes in one class. */
  readonly isMerged?: true;
  /** The column's type was found wanting on the way, so it is another table that comes back. */
  readonly isRetyped?: true;
}

const UNFIT = "COPY.UNFIT";

/** All others arrive whole without a flag, and come back as they were. */
const EXPECTED: Readonly<Record<string, Expectation>> = {
  "text, blob and real in INTEGER": { refused: UNFIT, isMerged: true },
  "STRICT with ANY": { isMerged: true },
  "NULL in the primary key": { refused: UNFIT },
  "NUL in text": { refused: UNFIT, isMerged: true, isRetyped: true },
  "invalid UTF-8": { refused: UNFIT, isMerged: true, isRetyped: true },
  "thirteen forms of defaults": { uncarried: ["t.l"] },
  "text in BLOB": { isMerged: true },
  orphans: { refused: UNFIT },
};

/** Flags with which every readable file is copied. */
const LENIENT = [
  ...["--on-mismatch", "widen", "--invalid-utf8", "bytea", "--nul", "bytea"],
  ...["--orphans", "not-valid", "--null-key", "unique"],
];

const scoreboard = new Scoreboard(LENIENT);
let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

afterAll(() => scoreboard.end());

test.each(TORTURE_CASES)("$name", async (example) => {
  const { refused, uncarried = [], isMerged = false, isRetyped = false } = EXPECTED[example.name] ?? {};
  const path = fileOf(example);
  let refusal = "";
  if (refused !== undefined) {
    const { exit, error } = await world.copy(path, world.db.url);
    expect([error?.code, exit]).toEqual([refused, 11]);
    refusal = `exit ${exit}: nothing copied, ${error?.message}`;
    expect(await world.db.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  }
  const flags = refused === undefined ? [] : LENIENT;
  const out = await world.copy(path, world.db.url, ...flags);
  expect([out.exit, out.error, countedIn(out)]).toEqual([uncarried.length === 0 ? 0 : 5, null, uncarried]);
  expect(out.data.tables.map(({ checksum }) => checksum?.equal)).not.toContain(false);
  const copied = await copiedWords(path, out);
  const line = refused === undefined ? { plain: copied, taken: "" } : { plain: refusal, taken: copied };
  await scoreboard.add({ name: example.name, ...line }, () => otherWords(path));
  const back = await world.copy(world.db.url, world.path("back.db"), "--orphans", "not-valid");
  expect([back.exit, back.error]).toEqual([isMerged ? 5 : 0, null]);
  expect(new Set(back.data.notCarried.flatMap((one) => (one.class === "counted" ? one.kind : [])))).toEqual(
    new Set(isMerged ? ["classes"] : []),
  );
  expect(contentOf("back.db", isMerged)).toEqual(contentOf("case.db", isMerged));
  if (isRetyped) return;
  expect(definitionOf("back.db")).toEqual(definitionOf("case.db"));
  expect(numberingOf("back.db")).toEqual(numberingOf("case.db"));
});

async function copiedWords(path: string, { exit, data }: CopyResult): Promise<string> {
  const given = data.tables.map(({ source, target }) => [source, target.replace("public.", "")] as const);
  const arrived = await arrivedRows(path, world.db, new Map(given));
  expect(arrived.arrived).toBe(arrived.expected);
  const kinds = [...new Set(data.notCarried.map(({ kind }) => kind))];
  return `exit ${exit}: ${arrivedWords(arrived)}${kinds.length === 0 ? "" : `; not carried: ${kinds.join(", ")}`}`;
}

async function otherWords(path: string): Promise<string> {
  await using database = await freshDatabase(inject("postgresUrl"));
  const end = await runPgloader(path, database.url);
  if (end === null) throw new Error("pgloader is not installed");
  const arrived = arrivedWords(await arrivedRows(path, database));
  return `${end.kind === "hung" ? "hangs" : `exit ${end.code}`}: ${arrived}`;
}

test("full-text tables and boxes go out as plain tables and come back as what they were", async () => {
  const path = world.file(
    "case.db",
    "CREATE VIRTUAL TABLE notes USING fts5(title, body)",
    "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)",
    "INSERT INTO notes(rowid, title, body) VALUES (7, 'a', 'some words'), (9, 'b', NULL)",
    "INSERT INTO boxes VALUES (5, 0.1, 1.5), (2, -1, 1)",
  );
  const out = await world.copy(path, world.db.url);
  expect([out.exit, out.error]).toEqual([0, null]);
  expect(await world.db.sql("SELECT rowid::int AS rowid, title, body FROM notes ORDER BY rowid")).toEqual([
    { rowid: 7, title: "a", body: "some words" },
    { rowid: 9, title: "b", body: null },
  ]);
  const back = await world.copy(world.db.url, world.path("back.db"));
  expect([back.exit, back.error]).toEqual([0, null]);
  for (const file of ["case.db", "back.db"]) {
    expect(world.rows(file, "SELECT rowid FROM notes WHERE notes MATCH 'words'")).toEqual([{ rowid: 7 }]);
    expect(world.rows(file, "SELECT id FROM boxes WHERE x0 > 0")).toEqual([{ id: 5 }]);
  }
  expect(definitionOf("back.db")).toEqual(definitionOf("case.db"));
});

function fileOf({ build }: TortureCase): string {
  const path = world.path("case.db");
  const db = new Database(path);
  build(db);
  db.close();
  return path;
}

function countedIn({ data }: CopyResult): readonly string[] {
  return data.notCarried.filter((object) => object.class === "counted").map(({ name }) => name);
}

function definitionOf(file: string): readonly unknown[] {
  const isOwn = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'dbops_origin'";
  return world.rows(file, `SELECT type, name, sql FROM sqlite_schema WHERE ${isOwn} ORDER BY name`);
}

/** Where AUTOINCREMENT stands, of tables that ever had a row. */
function numberingOf(file: string): readonly unknown[] {
  const [table] = world.rows(file, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'");
  return table === undefined
    ? []
    : world.rows(file, "SELECT name, seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name");
}

/** All rows of all tables: each value's class, unless that is lost, and its bytes; reals are compared as such. */
function contentOf(file: string, isMerged: boolean): readonly unknown[] {
  const columns = world.rows(
    file,
    `SELECT t.name AS "table", c.name AS "column" FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
     WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> 'dbops_origin' ORDER BY t.name, c.cid`,
  );
  return columns.map((found) => {
    const [table = "", column = ""] = Object.values(found ?? {}).map(
      (name) => `"${String(name).replaceAll('"', '""')}"`,
    );
    const bytes = `CASE typeof(${column}) WHEN 'real' THEN printf('%!.17g', ${column}) ELSE hex(${column}) END`;
    const cells = isMerged ? `hex(${column})` : `typeof(${column}), ${bytes}`;
    return world.rows(file, `SELECT ${cells} FROM ${table} ORDER BY 1, ${isMerged ? 1 : 2}`);
  });
}
