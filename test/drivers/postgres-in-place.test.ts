import { Readable } from "node:stream";
import { expect, inject, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import type { RestoreSource } from "#dbops/drivers/restore-model.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { snapshotRequest } from "../support/snapshot-request.js";
import { type KeptSnapshot, keepSnapshot } from "../support/source.js";
import { startProxy } from "../support/tcp-proxy.js";

const IN_PLACE = { jobs: 1, isInPlace: true };
const FORMATS = ["custom", "directory", "plain"];
/** One of every kind that a database can be given. */
const EVERYTHING = `CREATE SCHEMA s2 CREATE TABLE t (x int); CREATE TABLE "a b" (id int GENERATED ALWAYS AS IDENTITY, n serial);
  CREATE VIEW v AS SELECT 1 AS one; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one; CREATE SEQUENCE q; CREATE TYPE e AS ENUM ('x');
  CREATE DOMAIN d AS int; CREATE TYPE c AS (x int); CREATE TYPE r AS RANGE (subtype = int); CREATE PUBLICATION p;
  CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE f() LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER g ON sql_drop EXECUTE FUNCTION g();
  SELECT lo_from_bytea(0, 'x')`;
/** Kinds that only few databases have; a dump of them cannot be loaded over what is still there. */
const RARE = `CREATE COLLATION mine (locale = 'C'); CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
  CREATE TYPE pair AS (a int, b int); CREATE CAST (pair AS text) WITH INOUT; CREATE OPERATOR FAMILY fam USING btree;
  CREATE FUNCTION same(int, int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 = $2';
  CREATE OPERATOR === (FUNCTION = same, LEFTARG = int, RIGHTARG = int);
  CREATE OPERATOR CLASS cls FOR TYPE int USING hash AS OPERATOR 1 ===, FUNCTION 1 hashint4(int);
  CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION words (PARSER = "default");
  CREATE TEXT SEARCH PARSER prs (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
  CREATE TEXT SEARCH TEMPLATE tmpl (LEXIZE = dsimple_lexize); CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
  CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler;
  CREATE FUNCTION calls() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'; CREATE LANGUAGE lang HANDLER calls`;
const NAMES = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 's_' UNION ALL SELECT pubname FROM pg_publication
  UNION ALL SELECT evtname FROM pg_event_trigger UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype <> 'c' AND typelem = 0
  UNION ALL SELECT collname FROM pg_collation WHERE collnamespace = 'public'::regnamespace
  UNION ALL SELECT 'large object' FROM pg_largeobject_metadata ORDER BY 1`;

const address = (location: string) => ({ engine: "postgres", name: "x", location });

async function namesIn(db: FreshDatabase): Promise<unknown[]> {
  return (await db.sql(NAMES)).map(({ relname }) => relname);
}

async function backup(db: FreshDatabase, t: TestContext, format: string): Promise<KeptSnapshot> {
  await db.sql("CREATE TABLE a AS SELECT i, repeat('y', 100) FROM generate_series(1, 2000) i");
  await using driver = await postgresEngine.open(address(db.url), t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { format, fingerprint: "none" }));
  return await keepSnapshot(snapshot);
}

/** Hands out the main part, and does something each time before its first or its last bytes. */
function interrupted(source: RestoreSource, when: "first" | "last", work: () => Promise<unknown>): RestoreSource {
  async function* bytes(): AsyncGenerator<Buffer> {
    const whole: Buffer[] = [];
    for await (const chunk of await source.openMain()) whole.push(chunk);
    const main = Buffer.concat(whole);
    const cut = when === "first" ? 0 : main.length - 1;
    yield main.subarray(0, cut);
    await work();
    yield main.subarray(cut);
  }
  return { ...source, openMain: async () => Readable.from(bytes()) };
}

test.each(FORMATS)("what was made after the look and before the transaction goes too (%s)", async (format) => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  const { source } = await backup(db, t, format);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  let isMade = false;
  const openMain = async (): Promise<Readable> => {
    // The last look at the file before the load; the head of an archive has been read by then.
    if (isMade || format === "plain") await db.sql(EVERYTHING);
    isMade = true;
    return await source.openMain();
  };
  await using _copy = await restorer.load({ ...source, openMain }, IN_PLACE);
  expect(await namesIn(db)).toEqual(["a"]);
});

test.each(FORMATS)("time limits that the database sets for its sessions do not count (%s)", async (format) => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  const { source } = await backup(db, t, format);
  await db.sql(`ALTER DATABASE "${db.name}" SET idle_in_transaction_session_timeout = '1ms'`);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  await using copy = await restorer.load(source, IN_PLACE);
  expect((await copy.fingerprint("counts")).tables).toMatchObject([{ name: "a", rows: 2000 }]);
});

test("objects of every rare kind are replaced by those of the backup", async () => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  await db.sql(RARE);
  const { source } = await backup(db, t, "custom");
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  await using _copy = await restorer.load(source, IN_PLACE);
  const [{ count } = {}] = await db.sql("SELECT count(*) FROM pg_operator WHERE oprname = '==='");
  expect(Number(count)).toBe(1);
});

test.each([
  "CREATE COLLATION late (locale = 'C')",
  "CREATE TABLE late (x int)",
  "CREATE SCHEMA s3 CREATE TABLE late (x int)",
  "CREATE FUNCTION late() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  "CREATE DOMAIN late AS int",
  "CREATE PUBLICATION late",
  "SELECT lo_from_bytea(0, 'late')",
])("made by others during the load: refused, can be tried again, nothing is changed (%s)", async (statement) => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  const { source } = await backup(db, t, "plain");
  await db.sql("INSERT INTO a VALUES (0, 'new')");
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const meanwhile = interrupted(source, "last", async () => {
    // Whoever has dropped the old tables has listed what there is.
    while (
      (await db.sql("SELECT FROM pg_locks WHERE relation = 'a'::regclass AND mode = 'AccessExclusiveLock'")).length ===
      0
    );
    await db.sql(statement);
  });
  const before = await namesIn(db);
  const error = await restorer.load(meanwhile, IN_PLACE).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "DB.CHANGED", retryable: true, why: expect.stringContaining("made by others") });
  expect(await db.sql("SELECT count(*)::int AS n FROM a")).toEqual([{ n: 2001 }]);
  expect((await namesIn(db)).length).toBe(before.length + 1);
  await using _copy = await restorer.load(source, IN_PLACE);
  expect(await namesIn(db)).toEqual(["a"]);
});

test("what the script makes in subtransactions is its own", async () => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  const { source } = await backup(db, t, "plain");
  const ending =
    "DO $$ BEGIN CREATE TABLE public.own (x int); PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN CREATE TABLE public.own (y int); END $$;";
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const chunk of await source.openMain()) yield chunk;
    yield Buffer.from(
      `\n${ending}\nDO $$ BEGIN CREATE TABLE public.mine (x int); EXCEPTION WHEN others THEN NULL; END $$;\n`,
    );
  }
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  await using _copy = await restorer.load({ ...source, openMain: async () => Readable.from(bytes()) }, IN_PLACE);
  expect(await namesIn(db)).toEqual(["a", "mine", "own"]);
});

test.each(["abort", "cut"])("%s at the commit: the load is done, and said to be", async (how) => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  const { source } = await backup(db, t, "custom");
  await db.sql("CREATE TABLE old (x int)");
  const url = new URL(db.url);
  await using proxy = await startProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  await using restorer = await postgresEngine.restorer(address(url.href), t.context);
  const held = proxy.holdAnswerTo("COMMIT");
  const loading = restorer.load(source, IN_PLACE);
  await held;
  if (how === "abort") t.abort.abort(new Error("stop"));
  else proxy.cut();
  await using _copy = await loading;
  expect(await namesIn(db)).toEqual(["a"]);
});

test("an abort before the commit: nothing is changed, and no lock is left behind", async () => {
  await using db = await freshDatabase(inject("postgresUrl"));
  await using t = await testContext();
  const { source } = await backup(db, t, "plain");
  await db.sql("CREATE TABLE old (x int)");
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const stop = new Error("stop");
  const stopped = interrupted(source, "last", async () => {
    while (
      (await db.sql("SELECT FROM pg_locks WHERE relation = 'a'::regclass AND granted AND mode = 'AccessExclusiveLock'"))
        .length === 0
    );
    t.abort.abort(stop);
  });
  await expect(restorer.load(stopped, IN_PLACE)).rejects.toBe(stop);
  expect(await db.sql("SELECT FROM pg_locks WHERE relation = 'a'::regclass")).toEqual([]);
  expect(await namesIn(db)).toEqual(["a", "old"]);
});
