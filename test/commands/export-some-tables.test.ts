import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";

const WORLD = `
  CREATE TABLE other (id int PRIMARY KEY, doubled int GENERATED ALWAYS AS (id * 2) STORED, CHECK (id > 0)); CREATE INDEX ON other ((id + 1)) WHERE id > 5;
  CREATE VIEW seen AS SELECT id FROM other; CREATE RULE none AS ON DELETE TO other WHERE old.id > 5 DO INSTEAD NOTHING;
  CREATE POLICY few ON other USING (id > 3); CREATE PUBLICATION told FOR TABLE other;
  CREATE TABLE "M. $1 ""ine""" (id int PRIMARY KEY, parent int REFERENCES "M. $1 ""ine""", other int REFERENCES other, twice int GENERATED ALWAYS AS (id * 2) STORED, s text DEFAULT 'x' CHECK (s <> 'y'));
  CREATE INDEX by_s ON "M. $1 ""ine""" (lower(s)) WHERE id > 0; COMMENT ON COLUMN "M. $1 ""ine""".s IS 'words';
  CREATE TABLE parts (id int REFERENCES "M. $1 ""ine""", at date) PARTITION BY RANGE (at); CREATE TABLE parts_1 PARTITION OF parts DEFAULT; CREATE INDEX ON parts (at);
  INSERT INTO other VALUES (1); INSERT INTO "M. $1 ""ine""" VALUES (1, NULL, 1), (2, 1, 1); INSERT INTO parts VALUES (2, '2026-01-01')`;
const MINE = 'M. $1 "ine"';

let from: FreshDatabase;
let to: FreshDatabase;
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "dbops-export-"));
  [from, to] = [await freshDatabase(inject("postgresUrl")), await freshDatabase(inject("postgresUrl"))];
  await from.sql(WORLD);
});

afterEach(async () => {
  await from[Symbol.asyncDispose]();
  await to[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

function load(script: string): void {
  execFileSync("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-d", to.url, "-f", "-"], {
    input: script,
    stdio: ["pipe", "ignore", "pipe"],
  });
}

const CONSTRAINTS =
  "SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace ORDER BY 1, 2";

test("a role that may read some tables exports them, while others are locked", async () => {
  const role = `r_${from.name}`;
  await from.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT SELECT ON "M. $1 ""ine""", parts, parts_1 TO ${role}`);
  const rival = new pg.Client({ connectionString: from.url });
  await rival.connect();
  try {
    await rival.query("BEGIN; LOCK TABLE other IN ACCESS EXCLUSIVE MODE");
    const url = Object.assign(new URL(from.url), { username: role, password: "x" }).href;
    for (const argv of [
      ["-o", "all.sql"],
      ["-o", "folder"],
    ]) {
      const tables = ["--table", MINE, "--table", "parts"];
      const { exit, stderr } = await runCli(["export", url, ...tables, ...argv, "--timeout", "60s"], { cwd });
      expect(exit, stderr).toBe(0);
    }
  } finally {
    await rival.end();
    await from.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
  load(await readFile(join(cwd, "all.sql"), "utf8"));
  expect(await to.sql(`SELECT id, parent, other, twice, s FROM "M. $1 ""ine""" ORDER BY id`)).toEqual([
    { id: 1, parent: null, other: 1, twice: 2, s: "x" },
    { id: 2, parent: 1, other: 1, twice: 4, s: "x" },
  ]);
  expect(await to.sql("SELECT id, tableoid::regclass::text AS place FROM parts")).toEqual([
    { id: 2, place: "parts_1" },
  ]);
  const kept = (await from.sql(CONSTRAINTS)).filter(
    ({ table, name }) => table !== "other" && !String(name).includes("other_fkey"),
  );
  expect(await to.sql(CONSTRAINTS)).toEqual(kept);
  expect(
    await to.sql(`SELECT to_regclass('by_s') IS NOT NULL AS index,
    col_description('"M. $1 ""ine"""'::regclass, 5) AS comment, to_regclass('other') AS other`),
  ).toEqual([{ index: true, comment: "words", other: null }]);
  expect(await readFile(join(cwd, "folder", "schema.sql"), "utf8")).toContain("CREATE INDEX by_s");
});

test.each([
  ["a type", "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (x int, m mood[])"],
  ["a domain", "CREATE DOMAIN d AS int; CREATE TABLE t (x int, d d)"],
  ["a schema", "CREATE SCHEMA app; CREATE TABLE app.t (x int)"],
  ["a parent", "CREATE TABLE p (x int); CREATE TABLE t () INHERITS (p)"],
  [
    "a default's function",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (x int DEFAULT f())",
  ],
  [
    "a check's function",
    "CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE TABLE t (x int CHECK (f(x)))",
  ],
  [
    "an index's function",
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE TABLE t (x int); CREATE INDEX ON t (f(x))",
  ],
  [
    "a trigger's function",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TABLE t (x int); CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
  ],
  ["a policy's table", "CREATE TABLE t (x int); CREATE POLICY a ON t USING (EXISTS (SELECT FROM other))"],
  ["a sequence of nobody's", "CREATE SEQUENCE s; CREATE TABLE t (x int DEFAULT nextval('s'))"],
  ["a collation", `CREATE COLLATION own (LOCALE = 'C'); CREATE TABLE t (x int, s text COLLATE own)`],
  ["its partitioned root", "CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE t PARTITION OF p DEFAULT"],
  ["statistics", "CREATE TABLE t (x int, y int); CREATE STATISTICS s ON x, y FROM t"],
  ["nothing but its own sequence", "CREATE TABLE t (x serial PRIMARY KEY)"],
])("what a chosen table needs comes along: %s", async (_what, statements) => {
  await from.sql(statements);
  const { exit, stderr } = await runCli(["export", from.url, "--table", "t", "-o", "t.sql"], { cwd });
  expect(exit, stderr).toBe(0);
  load(await readFile(join(cwd, "t.sql"), "utf8"));
  const shape = `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, (SELECT count(*)::int FROM pg_index WHERE indrelid = c.oid) AS indexes,
    (SELECT count(*)::int FROM pg_trigger WHERE tgrelid = c.oid) AS triggers, (SELECT count(*)::int FROM pg_policy WHERE polrelid = c.oid) AS policies,
    (SELECT count(*)::int FROM pg_statistic_ext WHERE stxrelid = c.oid) AS statistics, (SELECT count(*)::int FROM pg_constraint WHERE conrelid = c.oid) AS constraints, pg_get_expr(d.adbin, d.adrelid) AS default
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = attnum
    WHERE relname = 't' ORDER BY attnum`;
  expect(await to.sql(shape)).toEqual(await from.sql(shape));
  expect(await to.sql(shape)).not.toEqual([]);
});
