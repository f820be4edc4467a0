import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";
import { TORTURE_CASES, type TortureCase } from "../support/torture-cases.js";

// Databases that other loaders have lost rows, keys, defaults or digits of, out to PostgreSQL and back.

/** Flags with which every readable file is copied. */
const LENIENT = [
  ...["--on-mismatch", "widen", "--invalid-utf8", "bytea", "--nul", "bytea"],
  ...["--orphans", "not-valid", "--null-key", "unique"],
];

/** Cases that are refused without a flag, with nothing made. */
const REFUSED: Readonly<Record<string, string>> = {
  "text, blob and real in INTEGER": "COPY.UNFIT",
  "NULL in the primary key": "COPY.UNFIT",
  "NUL in text": "COPY.UNFIT",
  "invalid UTF-8": "COPY.UNFIT",
  orphans: "COPY.UNFIT",
};

/** What cannot come along though all rows do. */
const UNCARRIED: Readonly<Record<string, readonly string[]>> = {
  "thirteen forms of defaults": ["t.l"],
};

let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

function fileOf({ build }: TortureCase): string {
  const path = world.path("case.db");
  const db = new Database(path);
  build(db);
  db.close();
  return path;
}

/** All rows with the class of each value, and the statements that made the tables. */
function contentOf(name: string): unknown {
  const db = new Database(world.path(name), { readonly: true });
  db.defaultSafeIntegers();
  const objects = db
    .prepare<unknown[], { name: string; sql: string; type: string }>(
      "SELECT name, sql, type FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'dbops_origin' ORDER BY name",
    )
    .all();
  const rows = objects
    .filter(({ type }) => type === "table")
    .map((table) => {
      const columns = db.pragma(`table_xinfo("${table.name.replaceAll('"', '""')}")`) as { name: string }[];
      const cells = columns.flatMap((column) => {
        const cell = `"${column.name.replaceAll('"', '""')}"`;
        return [`typeof(${cell})`, `CASE typeof(${cell}) WHEN 'real' THEN ${cell} ELSE hex(${cell}) END`];
      });
      const order = cells.map((_, index) => index + 1).join(", ");
      return db
        .prepare(`SELECT ${cells.join(", ")} FROM "${table.name.replaceAll('"', '""')}" ORDER BY ${order}`)
        .raw()
        .all();
    });
  db.close();
  return { objects, rows };
}

describe.each(TORTURE_CASES)("$name", (example) => {
  test("as it is", async () => {
    const { exit, data, error } = await world.copy(fileOf(example), world.db.url);
    const refused = REFUSED[example.name];
    if (refused === undefined) {
      expect([exit, error]).toEqual([UNCARRIED[example.name] === undefined ? 0 : 5, null]);
      expect(data.tables.every(({ checksum }) => checksum?.equal === true)).toBe(true);
      return;
    }
    expect([error?.code, exit]).toEqual([refused, exit]);
    expect(exit).toBeGreaterThan(5);
    expect(await world.db.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  });

  test("out and back", async () => {
    const out = await world.copy(fileOf(example), world.db.url, ...LENIENT);
    expect([out.exit, out.error, out.data?.notCarried.map(({ name }) => name)]).toEqual([
      UNCARRIED[example.name] === undefined ? 0 : 5,
      null,
      UNCARRIED[example.name] ?? [],
    ]);
    const back = await world.copy(world.db.url, world.path("back.db"));
    expect([back.exit, back.error]).toEqual([0, null]);
    expect(contentOf("back.db")).toEqual(contentOf("case.db"));
  });
});
