import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type CopyResult, type CopyWorld, copyWorld } from "../support/copy-world.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { schemaDump } from "../support/schema-dump.js";

// A server's database into a file and home again: the same catalog, or said and counted.

let world: CopyWorld;
let home: FreshDatabase;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
  home = await freshDatabase(inject("postgresUrl"));
});

afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function out(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await world.db.sql(statement);
  const { exit, error } = await world.copy(world.db.url, world.path("out.db"), "--allow-uncarried");
  expect([exit, error]).toEqual([0, null]);
}

async function back(...flags: readonly string[]): Promise<CopyResult> {
  return await world.copy(world.path("out.db"), home.url, ...flags);
}

function counted({ data }: CopyResult): readonly (readonly [string, string])[] {
  return data.notCarried.flatMap((one) => (one.class === "counted" ? [[one.kind, one.name] as const] : []));
}

function notes({ data }: CopyResult): readonly string[] {
  return data.notCarried.flatMap((one) => (one.class === "note" ? [one.name] : []));
}

const SALES = [
  `CREATE TABLE sale (id int PRIMARY KEY, shop text NOT NULL, amount numeric(10,2));
   INSERT INTO sale VALUES (1, 'a', 1.50), (2, 'a', 2), (3, 'b', 0.1);
   CREATE VIEW large AS SELECT shop, amount FROM sale WHERE amount > 1;
   CREATE MATERIALIZED VIEW totals WITH (fillfactor=70) AS SELECT shop, sum(amount) AS total, count(*) AS n FROM sale GROUP BY shop;
   COMMENT ON MATERIALIZED VIEW totals IS 'each night';
   COMMENT ON COLUMN totals.n IS 'sales';
   CREATE UNIQUE INDEX totals_shop ON totals (shop);
   CREATE INDEX totals_big ON totals (total) WHERE n > 1;
   CREATE MATERIALIZED VIEW best AS SELECT t.shop, l.amount FROM totals t JOIN large l USING (shop);
   CREATE VIEW shops AS SELECT shop FROM totals`,
];

describe("a materialized view", () => {
  test("is one again, with its indexes, its comments and what reads it", async () => {
    await out(...SALES);
    const { exit, error, data } = await back();
    expect([exit, error, data.notCarried]).toEqual([0, null, []]);
    expect(await schemaDump(home.url)).toBe(await schemaDump(world.db.url));
    const rows = "SELECT * FROM totals ORDER BY shop";
    expect(await home.sql(rows)).toEqual(await world.db.sql(rows));
    await home.sql("REFRESH MATERIALIZED VIEW CONCURRENTLY totals");
  });

  test("stays a table where its query shows other rows by now, and is counted", async () => {
    await out(...SALES, "INSERT INTO sale VALUES (4, 'c', 9)");
    world.file("out.db", "DELETE FROM totals WHERE shop = 'b'");
    const result = await back();
    expect([result.exit, result.error, counted(result)]).toEqual([5, null, [["views", "totals"]]]);
    expect(result.data.notCarried[0]?.reason).toContain("other rows");
    expect(await home.sql("SELECT relkind::text AS kind FROM pg_class WHERE relname = 'totals'")).toEqual([
      { kind: "r" },
    ]);
    expect(await home.sql("SELECT shop, n FROM totals")).toEqual([{ shop: "a", n: "2" }]);
    expect(await home.sql("SELECT * FROM shops")).toEqual([{ shop: "a" }]);
    expect(await home.sql("SELECT indexname FROM pg_indexes WHERE tablename = 'totals' ORDER BY 1")).toEqual([
      { indexname: "totals_big" },
      { indexname: "totals_shop" },
    ]);
  });

  test("whose table was altered meanwhile stays a table, and is counted", async () => {
    await out(...SALES);
    world.file("out.db", "ALTER TABLE totals ADD COLUMN more INTEGER");
    const result = await back();
    expect([result.exit, result.error]).toEqual([5, null]);
    expect(counted(result)).toEqual([["views", "totals"]]);
    expect(notes(result)).toEqual([expect.stringMatching(/^public\.totals is made anew.*column more is new/)]);
  });

  test("stays a table without what it reads, and is counted", async () => {
    await out(...SALES);
    const result = await back("--tables", "totals");
    expect([result.exit, result.error, counted(result)]).toEqual([5, null, [["views", "totals"]]]);
    expect(await home.sql("SELECT n FROM totals ORDER BY shop")).toEqual([{ n: "2" }, { n: "1" }]);
  });

  test("comes back without rows where none are copied", async () => {
    await out(...SALES);
    const { exit, error } = await back("--schema-only");
    expect([exit, error]).toEqual([0, null]);
    expect(await schemaDump(home.url)).toBe(await schemaDump(world.db.url));
  });
});

const HEIRS = `
  CREATE TABLE z_animal (id int PRIMARY KEY, name text NOT NULL DEFAULT 'none', born date, CONSTRAINT named CHECK (name <> ''));
  CREATE TABLE bird (wings int CHECK (wings > 0)) INHERITS (z_animal);
  ALTER TABLE ONLY bird ALTER COLUMN name SET DEFAULT 'bird';
  ALTER TABLE ONLY bird ALTER COLUMN born SET NOT NULL;
  CREATE TABLE a_duck (born date, CONSTRAINT named CHECK (name <> '')) INHERITS (bird);
  ALTER TABLE ONLY a_duck ALTER COLUMN name DROP DEFAULT;
  CREATE INDEX bird_name ON bird (name);
  INSERT INTO z_animal VALUES (1, 'cat', NULL);
  INSERT INTO bird VALUES (2, 'owl', '2020-01-01', 2);
  INSERT INTO a_duck VALUES (3, 'dora', '2021-01-01', 2)`;

describe("tables that inherit", () => {
  test("do so again, each with the rows that are its own", async () => {
    await out(HEIRS);
    const { exit, error, data } = await back();
    expect([exit, error, data.notCarried]).toEqual([0, null, []]);
    expect(await schemaDump(home.url)).toBe(await schemaDump(world.db.url));
    const rows = "SELECT tableoid::regclass::text AS of, id, name FROM z_animal ORDER BY id";
    expect(await home.sql(rows)).toEqual(await world.db.sql(rows));
  });

  test("are tables of their own where what they inherit from is another by now, and are counted", async () => {
    await out(HEIRS);
    world.file("out.db", "ALTER TABLE bird ADD COLUMN song TEXT");
    const result = await back();
    expect([result.exit, result.error]).toEqual([5, null]);
    expect(counted(result)).toEqual([
      ["inheritance", "public.a_duck"],
      ["inheritance", "public.bird"],
    ]);
    expect(await home.sql("SELECT id FROM z_animal")).toEqual([{ id: 1 }]);
    expect(await home.sql("SELECT * FROM a_duck")).toMatchObject([{ id: 3, name: "dora", wings: 2 }]);
  });
});

describe("types of other schemas", () => {
  const TYPES = `
    CREATE SCHEMA kinds; CREATE SCHEMA "App 1";
    CREATE TYPE kinds.mood AS ENUM ('sad', 'ok');
    COMMENT ON TYPE kinds.mood IS 'how it is';
    CREATE TYPE public.mood AS ENUM ('other');
    CREATE DOMAIN kinds.percent AS int DEFAULT 1 CHECK (VALUE BETWEEN 0 AND 100);
    CREATE TYPE kinds.pair AS (m kinds.mood, p kinds.percent);
    CREATE TYPE kinds.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
    CREATE TYPE public.lent AS ENUM ('x');
    CREATE FUNCTION kinds.half(p kinds.percent) RETURNS int LANGUAGE sql AS 'SELECT p / 2';
    CREATE TABLE "App 1".t (id int PRIMARY KEY, m kinds.mood DEFAULT 'ok', ms kinds.mood[], p kinds.percent, pr kinds.pair, s kinds.span, l lent, o mood,
      CHECK (m <> 'sad'::kinds.mood));
    CREATE TABLE kinds.own (id serial PRIMARY KEY, t int REFERENCES "App 1".t);
    CREATE TABLE numbered (id int DEFAULT nextval('kinds.own_id_seq'));
    INSERT INTO "App 1".t VALUES (1, 'ok', '{sad,ok}', 5, '(sad,7)', '[1,2)', 'x', 'other');
    INSERT INTO kinds.own VALUES (1, 1)`;

  test("return to the schemas that they were in", async () => {
    await out(TYPES);
    const { exit, error, data } = await back();
    expect([exit, error, data.notCarried]).toEqual([0, null, []]);
    expect(await schemaDump(home.url)).toBe(await schemaDump(world.db.url));
    const rows = `SELECT * FROM "App 1".t`;
    expect(await home.sql(rows)).toEqual(await world.db.sql(rows));
  });

  test("of schemas that have nothing else return too, and can be done without", async () => {
    await out(
      `CREATE SCHEMA kinds; CREATE TYPE kinds.mood AS ENUM ('sad'); CREATE TABLE t (m kinds.mood); INSERT INTO t VALUES ('sad')`,
    );
    expect(await back()).toMatchObject({ exit: 0, error: null });
    expect(await schemaDump(home.url)).toBe(await schemaDump(world.db.url));
    await home.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA kinds CASCADE");
    expect(await back("--no-origin")).toMatchObject({ exit: 0, error: null });
    expect(await home.sql("SELECT pg_typeof(m)::text AS type FROM t")).toEqual([{ type: "text" }]);
  });
});

describe("what the server must have", () => {
  test("an extension that is missing stands in the way of the plan, with how to get it", async () => {
    await out(
      `CREATE EXTENSION citext; CREATE TABLE u (id int PRIMARY KEY, name citext); INSERT INTO u VALUES (1, 'Ada')`,
    );
    const plan = await back("--dry-run");
    expect([plan.exit, plan.error]).toEqual([4, null]);
    const { exit, error } = await back();
    expect([exit, error?.code, error?.hint]).toMatchObject([
      8,
      "RESTORE.EXTENSION_MISSING",
      expect.stringContaining("--no-origin"),
    ]);
    expect(error?.message).toContain("run CREATE EXTENSION citext WITH SCHEMA public; there first");
    expect(await back("--no-origin")).toMatchObject({ exit: 0, error: null });
    await home.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION citext");
    expect(await back()).toMatchObject({ exit: 0, error: null });
    expect(await home.sql("SELECT name = 'ADA' AS same FROM u")).toEqual([{ same: true }]);
  });

  test("a domain of a table that has changed is what it is made of", async () => {
    await out(`CREATE DOMAIN percent AS int CHECK (VALUE < 101); CREATE TABLE t (id int PRIMARY KEY, p percent, ps percent[]);
      INSERT INTO t VALUES (1, 50, '{1,2}')`);
    world.file("out.db", "CREATE INDEX more ON t (p)");
    const result = await back();
    expect([result.exit, result.error]).toEqual([0, null]);
    expect(notes(result)).toEqual([expect.stringContaining("public.t is made anew")]);
    expect(await home.sql("SELECT pg_typeof(p)::text AS p, ps FROM t")).toEqual([{ p: "integer", ps: "{1,2}" }]);
  });
});

test("functions of a schema without tables are said, and return to it", async () => {
  await world.db.sql(`CREATE SCHEMA lib;
    CREATE FUNCTION lib.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 7; RETURN NEW; END $$;
    CREATE TABLE t (id int PRIMARY KEY); CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION lib.f()`);
  const gone = await world.copy(world.db.url, world.path("out.db"));
  expect([gone.exit, counted(gone)]).toEqual([
    5,
    [
      ["functions", "f()"],
      ["triggers", "t.tr"],
    ],
  ]);
  const { exit, error, data } = await back();
  expect([exit, error, data.notCarried]).toEqual([0, null, []]);
  expect(await schemaDump(home.url)).toBe(await schemaDump(world.db.url));
});
