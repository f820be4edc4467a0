import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import pg from "pg";
import { expect, inject, test } from "vitest";
import type { RowSource } from "#dbops/drivers/view-model.js";
import { testContext } from "../support/driver-context.js";
import { freshDatabase, onServer } from "../support/fresh-database.js";
import { CSV, encoded, NDJSON, openView, query, SQL, table } from "../support/postgres-view.js";
import { startProxy } from "../support/tcp-proxy.js";

const server = (): string => inject("postgresUrl");
const BIG = "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 20) AS filler FROM generate_series(1, 60000) i";

test("one state, whatever is committed between two tables", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int); CREATE TABLE b (x int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
  await using opened = await openView(db.url);
  await db.sql("INSERT INTO a VALUES (2); INSERT INTO b VALUES (2)");
  expect((await encoded(opened.view, table("a"), CSV)).content).toBe("x\n1\n");
  await db.sql("DELETE FROM b");
  expect((await encoded(opened.view, table("b"), CSV)).content).toBe("x\n1\n");
  expect((await encoded(opened.view, query("SELECT count(*) AS n FROM a, b"), NDJSON)).content).toBe('{"n":1}\n');
});

test.each([
  "TRUNCATE a",
  "TRUNCATE a; INSERT INTO a VALUES (9)",
  "DROP TABLE a; CREATE TABLE a (x int)",
  "ALTER TABLE a ALTER x TYPE int8",
])("a table that looks empty because of %s is refused", async (change) => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int); CREATE TABLE b (x int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
  await using opened = await openView(db.url);
  await db.sql(change);
  await expect(opened.view.encode(query("SELECT * FROM a"), CSV).ended).rejects.toMatchObject({ code: "DB.CHANGED" });
  await expect(opened.view.encode(table("a"), CSV).ended).rejects.toMatchObject({
    code: expect.stringMatching(/^DB.(CHANGED|REFUSED)$/),
  });
  expect((await encoded(opened.view, table("b"), CSV)).content).toBe("x\n1\n");
});

test("an index that is made meanwhile is no change", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int); INSERT INTO a VALUES (1)");
  await using opened = await openView(db.url);
  await db.sql("CREATE INDEX ON a (x); ALTER TABLE a ADD y int");
  expect((await encoded(opened.view, table("a", { where: "x = 1" }), CSV)).content).toBe("x\n1\n");
});

test("a table that was dropped, and one that is locked", async () => {
  await using db = await freshDatabase(server());
  await db.sql(
    "CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c (x int); INSERT INTO b VALUES (1); CREATE VIEW seen AS TABLE b",
  );
  await using opened = await openView(db.url, await testContext({ lockTimeoutMs: 50 }));
  await db.sql("DROP TABLE a");
  await expect(opened.view.encode(table("a"), CSV).ended).rejects.toMatchObject({ code: "DB.REFUSED" });
  const rival = new pg.Client({ connectionString: db.url, application_name: "rival" });
  await rival.connect();
  await rival.query("BEGIN; LOCK TABLE b");
  for (const source of [table("b"), table("b", { where: "x = 1" }), table("seen"), query("TABLE b")]) {
    await expect(opened.view.encode(source, CSV).ended).rejects.toMatchObject({
      code: "LOCK.DATABASE",
      message: source.kind === "query" ? "cannot run the query" : `cannot read public.${source.table.name}`,
      why: expect.stringMatching(
        /^public\.b is locked by process \d+, user \w+, rival, idle in transaction; .*lock timeout/,
      ),
    });
  }
  await expect(opened.view.definition([{ schema: "public", name: "b" }], "stored")).rejects.toMatchObject({
    code: "LOCK.DATABASE",
    why: expect.stringMatching(/^public\.b is locked by process \d+/),
  });
  // Which of two a query waits for, the server does not say.
  await rival.query("LOCK TABLE c");
  await expect(opened.view.encode(table("b"), CSV).ended).rejects.toMatchObject({
    why: expect.stringMatching(/^public\.b is locked/),
  });
  await expect(opened.view.encode(query("TABLE b"), CSV).ended).rejects.toMatchObject({
    why: expect.stringMatching(/^canceling statement due to lock timeout/),
  });
  await rival.end();
  expect((await encoded(opened.view, table("b"), CSV)).content).toBe("x\n1\n");
});

test("partitions and children: each row once, and what columns there are", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TABLE p (x int, g int GENERATED ALWAYS AS (x + 1) STORED) PARTITION BY LIST (x);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p DEFAULT; INSERT INTO p VALUES (1), (2);
    CREATE TABLE old (x varchar(5)); CREATE TABLE young () INHERITS (old); INSERT INTO old VALUES ('o'); INSERT INTO young VALUES ('y');
    CREATE VIEW v AS SELECT * FROM old; CREATE MATERIALIZED VIEW m AS SELECT x FROM p; ANALYZE`);
  await using opened = await openView(db.url);
  const { view } = opened;
  expect((await encoded(view, table("p"), CSV)).content).toBe("x,g\n1,2\n2,3\n");
  expect((await encoded(view, table("old", { columns: ["x"] }), { ...CSV, nullText: "-" })).content).toBe("x\no\n");
  expect((await encoded(view, table("v"), CSV)).content).toBe("x\no\ny\n");
  expect((await encoded(view, table("m"), CSV)).facts.rows).toBe(2);
  expect(await view.columns(table("p"))).toEqual([
    { name: "x", type: "integer", isGenerated: false },
    { name: "g", type: "integer", isGenerated: true },
  ]);
  expect(await view.columns(query("SELECT x, x::name FROM old;"))).toEqual([
    { name: "x", type: "character varying(5)", isGenerated: false },
    { name: "x", type: "name", isGenerated: false },
  ]);
  expect(
    await Promise.all([
      view.estimate(table("p")),
      view.estimate(table("old")),
      view.estimate(table("p", { limit: 1 })),
    ]),
  ).toEqual([2, 1, 1]);
  expect(await Promise.all([view.estimate(table("v")), view.estimate(query("SELECT 1"))])).toEqual([null, null]);
  expect((await view.names()).tables.map(({ name }) => name)).toEqual(["old", "p", "p1", "p2", "young"]);
  expect(await view.check(table("p"), CSV)).toBeUndefined();
});

test("a partition with partitions of its own is a partition, with the estimate of its leaves", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TABLE p (x int, y int) PARTITION BY LIST (x);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (y);
    CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN (1); CREATE TABLE p1b PARTITION OF p1 DEFAULT;
    CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (y); INSERT INTO p VALUES (1, 1), (1, 2), (1, 3)`);
  const kinds = async () => {
    await using opened = await openView(db.url);
    return (await opened.driver.schema()).tables.map(({ name, kind, estimatedRows }) => [name, kind, estimatedRows]);
  };
  expect(await kinds()).toEqual([
    ["p", "partitioned", null],
    ["p1", "partition", null],
    ["p1a", "partition", null],
    ["p1b", "partition", null],
    ["p2", "partition", 0],
  ]);
  await db.sql("ANALYZE p1a; ANALYZE p1b");
  expect(await kinds()).toEqual([
    ["p", "partitioned", 3],
    ["p1", "partition", 3],
    ["p1a", "partition", 1],
    ["p1b", "partition", 2],
    ["p2", "partition", 0],
  ]);
});

test("a policy that would hide rows is an error", async () => {
  await using db = await freshDatabase(server());
  const role = `r_${db.name}`;
  await db.sql(`CREATE TABLE t (x int); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY one ON t USING (x = 1); CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT SELECT ON t TO ${role}`);
  const url = new URL(db.url);
  url.username = role;
  url.password = "x";
  try {
    await using opened = await openView(url.href);
    await expect(opened.view.encode(table("t"), CSV).ended).rejects.toMatchObject({ code: "DB.PERMISSION" });
  } finally {
    await db.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

const MARK = "/tmp/dbops-view-program";
test.each([
  ["select 1) to stdout; drop table t; --", /syntax error/],
  [`select 1) to program 'touch ${MARK}' --`, /syntax error/],
  ["select 1; drop table t", /multiple commands/],
  ["drop table t", /no rows/],
  ["", /no rows/],
  [`copy t to program 'touch ${MARK}'`, /no rows/],
  ["insert into t values (5) returning *", /syntax error/],
  ["with w as (delete from t returning *) select * from w", /read-only|top level/],
  ["select x into u from t", /no rows/],
  ["select nextval('s')", /read-only/],
  ["select set_config('transaction_read_only', 'off', false)", /read-write/],
  ["explain select 1", /syntax error/],
  ["select wrong from t", /column "wrong" does not exist.*character 8, at: wrong from t/],
  ["select 1 /* open", /unterminated/],
])("a query that is refused: %s", async (sql, why) => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE t (x int); INSERT INTO t VALUES (1); CREATE SEQUENCE s");
  await using opened = await openView(db.url);
  const failure = await opened.view.encode(query(sql), CSV).ended.catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "DB.REFUSED", why: expect.stringMatching(why) });
  // The view goes on, and nothing has happened.
  expect((await encoded(opened.view, table("t"), CSV)).content).toBe("x\n1\n");
  await expect(access(MARK)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await db.sql("SELECT (SELECT count(*)::int FROM t) AS n, (SELECT is_called FROM s) AS called")).toEqual([
    { n: 1, called: false },
  ]);
});

test("conditions: comments cannot swallow what follows, and brackets cannot be left", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE t (x int, y int); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
  await using opened = await openView(db.url);
  expect((await encoded(opened.view, table("t", { where: "t.x > 1 -- or not", limit: 1 }), CSV)).content).toBe(
    "x,y\n2,2\n",
  );
  expect((await encoded(opened.view, query("TABLE t ORDER BY x DESC -- ;", 2), CSV)).content).toBe("x,y\n3,3\n2,2\n");
  expect((await encoded(opened.view, query("VALUES (1, 2), (3, NULL);; "), CSV)).content).toBe(
    "column1,column2\n1,2\n3,\n",
  );
  for (const where of ["x = 1)) TO PROGRAM 'true' --", "1", "x = 1) --", "x = 1; DROP TABLE t"]) {
    await expect(opened.view.encode(table("t", { where }), CSV).ended).rejects.toMatchObject({ code: "DB.REFUSED" });
  }
});

test.each([
  "SELECT 1 AS a; -- done",
  "SELECT 1 AS a;/* one; /* two; */ three */ ;\n",
  " ; -- first\n SELECT 1 AS a",
  "SELECT 1 -- ; not yet\n + 0 AS a;",
  "SELECT 1 /* ; /* ; */ ' */ AS a",
])("what stands around one statement is left away: %s", async (sql) => {
  await using db = await freshDatabase(server());
  await using opened = await openView(db.url);
  expect((await encoded(opened.view, query(sql), CSV)).content.split("\n")[1]).toBe("1");
});

test.each([
  ["';--'", ";--"],
  ["E'\\';--'", "';--"],
  ["'it''s;'", "it's;"],
  ["$$;--$$", ";--"],
  ["$a$;$$;--$b$;$a$", ";$$;--$b$;"],
  ["U&'\\0041;'", "A;"],
])("a semicolon in a text ends nothing: %s", async (text, value) => {
  await using db = await freshDatabase(server());
  await using opened = await openView(db.url);
  const { content } = await encoded(opened.view, query(`SELECT ${text} AS ";a$b$"; -- x`), NDJSON);
  expect(JSON.parse(content)).toEqual({ ";a$b$": value });
});

test("errors say what was being done, in the server's words and nobody's internals", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE t (price int); INSERT INTO t VALUES (0)");
  await using opened = await openView(db.url);
  const failure = (source: RowSource) => opened.view.encode(source, CSV).ended.catch((error: unknown) => error);
  expect(await failure(table("t", { where: "1 / price > 0" }))).toMatchObject({
    message: "cannot read public.t",
    why: "division by zero (SQLSTATE 22012)",
  });
  expect(await failure(query("SELECT 1 / price FROM t"))).toMatchObject({
    message: "cannot run the query",
    why: "division by zero (SQLSTATE 22012)",
  });
  expect(await failure(table("t", { where: "cost > 0" }))).toMatchObject({
    message: "cannot read public.t",
    why: 'column "cost" does not exist (SQLSTATE 42703), at: cost > 0',
  });
  expect(await failure(table("t", { columns: ["prise"] }))).toMatchObject({
    code: "USAGE.INVALID",
    message: 'public.t has no column "prise"',
    hint: "did you mean price?",
  });
});

test("names in queries are found as in any session of the user's", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('ok'); CREATE TABLE app.t (m app.mood, r regclass); INSERT INTO app.t VALUES ('ok', 'app.t');
    ALTER DATABASE ${db.name} SET search_path = app`);
  await using opened = await openView(db.url);
  expect(
    (await encoded(opened.view, query("SELECT m FROM t WHERE m = 'ok'::mood"), { ...CSV, nullText: "-" })).content,
  ).toBe("m\nok\n");
  expect(await opened.view.columns({ ...table("t"), table: { schema: null, name: "t" } })).toMatchObject([
    { type: "app.mood" },
    { type: "regclass" },
  ]);
  expect((await encoded(opened.view, { ...table("t"), table: { schema: "app", name: "t" } }, SQL)).content).toContain(
    "ok\tapp.t\n",
  );
});

test("an error in the middle ends the stream with it", async () => {
  await using db = await freshDatabase(server());
  await using opened = await openView(db.url);
  const { stream, ended } = opened.view.encode(
    query("SELECT i, 1 / (200000 - i) AS q FROM generate_series(1, 300000) i"),
    CSV,
  );
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of stream) bytes += chunk.length;
  })();
  await expect(reading).rejects.toMatchObject({ code: "DB.REFUSED" });
  await expect(ended).rejects.toMatchObject({ code: "DB.REFUSED", why: expect.stringContaining("division by zero") });
  expect(bytes).toBeGreaterThan(0);
  expect((await encoded(opened.view, query("SELECT 1 AS a"), CSV)).content).toBe("a\n1\n");
});

test("text that is not UTF-8, in a database that takes any bytes", async () => {
  const name = `ascii_${randomBytes(5).toString("hex")}`;
  await onServer(
    server(),
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const url = new URL(server());
  url.pathname = `/${name}`;
  try {
    await onServer(
      url.href,
      "CREATE TABLE t AS SELECT E'caf\\xe9' AS a, 1 AS b; CREATE TABLE u AS SELECT E'caf\\xc3\\xa9' AS a",
    );
    await using opened = await openView(url.href);
    for (const format of [CSV, NDJSON, SQL]) {
      await expect(opened.view.encode(table("t"), format).ended).rejects.toMatchObject({ code: "EXPORT.UNSAFE_TEXT" });
    }
    expect((await encoded(opened.view, table("u"), CSV)).content).toBe("a\ncafé\n");
    const asBytes = query("SELECT convert_to(a, 'SQL_ASCII') AS a FROM t");
    expect((await encoded(opened.view, asBytes, CSV)).content).toBe("a\n\\x636166e9\n");
  } finally {
    await onServer(server(), `DROP DATABASE ${name} WITH (FORCE)`);
  }
});

test("a cut connection", async () => {
  await using db = await freshDatabase(server());
  await db.sql(BIG);
  const { hostname, port } = new URL(db.url);
  await using proxy = await startProxy(hostname, Number(port));
  const url = new URL(db.url);
  url.port = String(proxy.port);
  await using opened = await openView(url.href);
  proxy.cutAfterBytes(5_000_000);
  const { stream, ended } = opened.view.encode(table("big"), CSV);
  const reading = (async () => {
    for await (const _ of stream);
  })();
  await expect(reading).rejects.toMatchObject({ code: "CONNECT.LOST" });
  await expect(ended).rejects.toMatchObject({ code: "CONNECT.LOST" });
});

test.each(["abort", "destroy", "dispose"] as const)("%s in the middle ends the server's work", async (how) => {
  await using db = await freshDatabase(server());
  await db.sql(BIG);
  const opened = await openView(db.url);
  const { stream, ended } = opened.view.encode(table("big"), CSV);
  await new Promise((resolve) => stream.once("readable", resolve));
  if (how === "abort") opened.world.abort.abort(new Error("enough"));
  else if (how === "destroy") stream.destroy();
  else await opened.view[Symbol.asyncDispose]();
  await expect(ended).rejects.toThrow();
  const busy = `SELECT FROM pg_stat_activity WHERE datname = '${db.name}' AND query LIKE 'COPY%'`;
  while ((await onServer(server(), busy)).length > 0) await turn();
  expect(stream.destroyed).toBe(true);
  await opened[Symbol.asyncDispose]();
});

test("a query that has given nothing yet ends with its reader too", async () => {
  await using db = await freshDatabase(server());
  const opened = await openView(db.url);
  const { ended } = opened.view.encode(query("SELECT pg_sleep(600)::text AS a, 1 AS b"), CSV);
  const busy = `SELECT FROM pg_stat_activity WHERE datname = '${db.name}' AND wait_event = 'PgSleep'`;
  while ((await onServer(server(), busy)).length === 0) await turn();
  await opened[Symbol.asyncDispose]();
  await expect(ended).rejects.toMatchObject({ code: "CONNECT.LOST" });
  while ((await onServer(server(), busy)).length > 0) await turn();
});

test("a slow reader holds the server back", async () => {
  await using db = await freshDatabase(server());
  await db.sql(BIG);
  await using opened = await openView(db.url);
  const { stream, ended } = opened.view.encode(table("big"), CSV);
  await new Promise((resolve) => stream.once("readable", resolve));
  const waits = `SELECT FROM pg_stat_activity WHERE datname = '${db.name}' AND wait_event = 'ClientWrite'`;
  while ((await onServer(server(), waits)).length === 0) await turn();
  expect(stream.readableLength).toBeLessThan(4_000_000);
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  expect((await ended).rows).toBe(60000);
  expect(bytes).toBeGreaterThan(60000 * 640);
});
