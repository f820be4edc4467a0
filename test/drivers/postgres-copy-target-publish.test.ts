import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, inject, test } from "vitest";
import type { TargetTable } from "#dbops/drivers/copy-target-model.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { column, design, loadWhole, type TargetWorld, table, targetWorld } from "../support/copy-target-world.js";
import { onServer } from "../support/fresh-database.js";

const t = table("t", [column("id", "integer", { identity: { next: 1n, isMonotonic: false, isAlways: false } })]);

async function published(world: TargetWorld, of: TargetTable, request: Parameters<TargetWorld["target"]>[0] = {}) {
  await using target = await world.target(request);
  const plan = design([of], { origin: [] });
  await target.create(plan);
  await loadWhole(target, of, "1", "2");
  await target.finish(plan);
  return await target.publish(plan);
}

test("tables that are replaced are kept aside with all that is theirs", async () => {
  await using world = await targetWorld();
  await world.database.sql(
    `CREATE TABLE other (id int); CREATE TABLE t (id serial PRIMARY KEY, x text); CREATE INDEX t_x ON t (x);
     INSERT INTO t (x) VALUES ('old'); CREATE TABLE dbops_origin (version int, engine text, kind text, table_schema text, table_name text,
       name text, definition text, stored text, became_type text);
     INSERT INTO dbops_origin VALUES (1, 'e', 'table', 'public', 't', 't', 'd', NULL, NULL), (1, 'e', 'table', 'public', 'other', 'other', 'd', NULL, NULL)`,
  );
  expect(await published(world, t, { run: "r1", isReplacing: true })).toEqual({ previous: "dbops_before_r1" });
  expect(await world.database.sql("SELECT count(*)::int AS n FROM t")).toEqual([{ n: 2 }]);
  expect(await world.database.sql("SELECT x FROM dbops_before_r1.t")).toEqual([{ x: "old" }]);
  expect(
    await world.database.sql(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'dbops_before_r1'::regnamespace AND relkind IN ('i', 'S') ORDER BY 1",
    ),
  ).toEqual([{ name: "t_id_seq" }, { name: "t_pkey" }, { name: "t_x" }]);
  expect(await world.database.sql("SELECT table_name AS t FROM dbops_origin")).toEqual([{ t: "other" }]);
  expect(await world.database.sql("SELECT count(*)::int AS n FROM other")).toEqual([{ n: 0 }]);
  expect(await published(world, t, { run: "r2", isReplacing: true })).toEqual({ previous: "dbops_before_r2" });
});

test("the parts of a replaced table go with it", async () => {
  await using world = await targetWorld();
  await world.database.sql(
    `CREATE TABLE t (id int) PARTITION BY LIST (id); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1) PARTITION BY LIST (id);
     CREATE TABLE t_1_1 PARTITION OF t_1 DEFAULT; INSERT INTO t VALUES (1); CREATE TABLE other (id int)`,
  );
  await published(world, t, { run: "r1", isReplacing: true });
  const tables =
    "SELECT schemaname || '.' || tablename AS t FROM pg_tables WHERE schemaname IN ('public', 'dbops_before_r1') ORDER BY 1";
  expect((await world.database.sql(tables)).map((row) => row.t)).toEqual([
    "dbops_before_r1.t",
    "dbops_before_r1.t_1",
    "dbops_before_r1.t_1_1",
    "public.dbops_origin",
    "public.other",
    "public.t",
  ]);
});

test("a table that others depend on is not replaced", async () => {
  await using world = await targetWorld();
  await world.database.sql(
    `CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE "o""1" (t int CONSTRAINT "f 1" REFERENCES t); CREATE VIEW v AS SELECT id FROM t;
     CREATE SCHEMA s; CREATE MATERIALIZED VIEW s.m AS SELECT id FROM t; CREATE TABLE heir () INHERITS (t)`,
  );
  await using target = await world.target({ isReplacing: true });
  const { dependents } = await target.occupancy([t.name]);
  expect(dependents.map(({ what }) => what)).toEqual([
    'foreign key "f 1" of public."o""1"',
    "materialized view s.m",
    "table public.heir, which inherits from it",
    "view public.v",
  ]);
  expect(
    (await target.occupancy([t.name, { schema: "public", name: "v" }])).dependents.map(({ what }) => what),
  ).not.toContain("view public.v");
  await target.create(design([t]));
  await loadWhole(target, t);
  await target.finish(design([t]));
  await expect(target.publish(design([t]))).rejects.toMatchObject({
    code: "COPY.TARGET_OCCUPIED",
    why: 'foreign key "f 1" of public."o""1" depends on it',
  });
  expect(await world.database.sql("SELECT to_regclass('dbops_before_20260101') AS r")).toEqual([{ r: null }]);
});

test("who might use a replaced table may use the new one, and its row-level security does not get lost", async () => {
  await using world = await targetWorld();
  const app = `a_${randomBytes(4).toString("hex")}`;
  await onServer(inject("postgresUrl"), `CREATE ROLE ${app}`);
  try {
    await world.database.sql(
      `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app}; GRANT INSERT ON t TO PUBLIC; ALTER TABLE t ENABLE ROW LEVEL SECURITY;
       CREATE POLICY "own rows" ON t USING (true)`,
    );
    await expect(published(world, t, { isReplacing: true })).rejects.toMatchObject({
      code: "COPY.TARGET_OCCUPIED",
      why: 'row-level security (policies "own rows") depends on it',
    });
    await world.database.sql("ALTER TABLE t DISABLE ROW LEVEL SECURITY");
    await published(world, t, { isReplacing: true });
    expect(
      await world.database.sql(
        `SELECT has_table_privilege('${app}', 't', 'SELECT') AS reads, has_table_privilege('${app}', 't', 'INSERT') AS adds,
                has_table_privilege('${app}', 't', 'DELETE') AS deletes`,
      ),
    ).toEqual([{ reads: true, adds: true, deletes: false }]);
  } finally {
    await world.database.sql(`DROP OWNED BY ${app}`);
    await onServer(inject("postgresUrl"), `DROP ROLE ${app}`);
  }
});

test("what is in the schema is told, and what extensions and dbops keep there is not", async () => {
  await using world = await targetWorld();
  await using target = await world.target();
  await world.database.sql("CREATE TABLE dbops_origin (a int); CREATE EXTENSION IF NOT EXISTS pg_trgm");
  expect((await target.occupancy([])).objects).toEqual([]);
  await world.database.sql(
    `CREATE TABLE b (id serial); CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s; CREATE TYPE e AS ENUM ('x');
     CREATE DOMAIN d AS int; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE c AS (a int);
     CREATE TABLE a (id int); INSERT INTO a SELECT generate_series(1, 50); ANALYZE a; CREATE SCHEMA other; CREATE TABLE other.x ()`,
  );
  const { objects } = await target.occupancy([]);
  expect(objects.map(({ kind, name, rows }) => `${kind} ${name.schema}.${name.name} ${rows}`)).toEqual([
    "table public.a 50",
    "table public.b 0",
    "type public.c null",
    "domain public.d null",
    "type public.e null",
    "function public.f null",
    "sequence public.s null",
    "view public.v null",
  ]);
});

test("what has come meanwhile is not overwritten", async () => {
  await using world = await targetWorld();
  await using target = await world.target();
  await target.create(design([t]));
  await loadWhole(target, t);
  await target.finish(design([t]));
  await world.database.sql("CREATE TABLE u (id int)");
  await expect(target.publish(design([t]))).rejects.toMatchObject({
    code: "COPY.TARGET_OCCUPIED",
    why: "there is table u now",
  });
  await world.database.sql("DROP TABLE u");
  expect(await target.publish(design([t]))).toEqual({ previous: null });
});

test("an index of another table that has the name is in the way, and nothing is half done", async () => {
  await using world = await targetWorld();
  await world.database.sql("CREATE TABLE t (id int); CREATE TABLE o (id int); CREATE INDEX t_pkey ON o (id)");
  await expect(published(world, t, { isReplacing: true })).rejects.toMatchObject({
    code: "COPY.TARGET_OCCUPIED",
    why: expect.stringContaining('"t_pkey" already exists'),
  });
  expect(await world.database.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
});

test("publishing waits for who uses the table, names them, and goes on when they have ended", async () => {
  await using world = await targetWorld();
  await world.database.sql("CREATE TABLE t (id int)");
  const reader = new pg.Client({ connectionString: world.database.url, application_name: "an application" });
  await reader.connect();
  try {
    await reader.query("BEGIN; SELECT * FROM t");
    const context = { ...world.tested.context, lockTimeoutMs: 50 };
    await using target = await world.target({ isReplacing: true }, { context });
    await target.create(design([t]));
    await loadWhole(target, t);
    await target.finish(design([t]));
    await expect(target.publish(design([t]))).rejects.toMatchObject({
      code: "LOCK.DATABASE",
      message: "cannot set the old tables aside",
      why: expect.stringMatching(/^public\.t is being read by .*an application/),
    });
    await reader.query("COMMIT");
    expect(await target.publish(design([t]))).toMatchObject({ previous: expect.stringMatching(/^dbops_before_/) });
  } finally {
    await reader.end();
  }
});

test.each([
  ["is killed", "CONNECT.LOST"],
  ["is aborted", "RUN.INTERRUPTED"],
] as const)("publishing that %s while it waits makes nothing visible", async (how, code) => {
  await using world = await targetWorld();
  await world.database.sql("CREATE TABLE t (old int)");
  const reader = new pg.Client({ connectionString: world.database.url });
  await reader.connect();
  try {
    await using target = await world.target({ isReplacing: true });
    await target.create(design([t]));
    await loadWhole(target, t);
    await target.finish(design([t]));
    await reader.query("BEGIN; SELECT * FROM t");
    const publishing = target.publish(design([t]));
    publishing.catch(() => undefined);
    const waiting = "application_name LIKE 'dbops/%' AND wait_event_type = 'Lock' AND datname = current_database()";
    const seen = () => world.database.sql(`SELECT pid FROM pg_stat_activity WHERE ${waiting}`);
    while ((await seen()).length === 0);
    if (how === "is killed")
      await world.database.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${waiting}`);
    else world.tested.abort.abort(new DbopsError("RUN.INTERRUPTED", { message: "stop" }));
    await expect(publishing).rejects.toMatchObject({ code });
    await reader.query("COMMIT");
    expect(
      (await reader.query("SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0")).rows,
    ).toEqual([{ attname: "old" }]);
    expect((await reader.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops_before%'")).rows).toEqual(
      [],
    );
    if (how === "is killed") expect(await target.publish(design([t]))).toMatchObject({ previous: expect.any(String) });
  } finally {
    await reader.end();
  }
});

test("tables go to several schemas, which are made", async () => {
  await using world = await targetWorld();
  const schema = "s".repeat(60);
  const here = table("t", [column("id", "integer")]);
  const there = table("t", [column("id", "integer"), column("here", "integer")], {
    name: { schema, name: "t" },
    foreignKeys: [
      {
        name: null,
        columns: ["here"],
        references: { table: here.name, columns: ["id"] },
        onDelete: "no action",
        onUpdate: "no action",
        isDeferrable: false,
        isInitiallyDeferred: false,
        isValidated: true,
      },
    ],
  });
  const child = table("child", [column("id", "integer")], {
    name: { schema: "app", name: "child" },
    definition:
      "CREATE TABLE child (id bigint); ALTER TABLE child ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES lonely(id)",
  });
  const lonely = table("lonely", [column("id", "integer")], { name: { schema, name: "lonely" } });
  const plan = design([there, here, child, lonely]);
  await using target = await world.target();
  await target.create(plan);
  await loadWhole(target, here, "1");
  await loadWhole(target, there, "5\t1");
  for (const each of [child, lonely]) await loadWhole(target, each, "1");
  expect(await target.finish(plan)).toEqual([]);
  await target.publish(plan);
  expect(await world.database.sql(`SELECT id::int FROM ${schema}.t`)).toEqual([{ id: 5 }]);
  expect(
    await world.database.sql("SELECT confrelid::regclass::text AS t FROM pg_constraint WHERE conname = 'c'"),
  ).toEqual([{ t: `${schema}.lonely` }]);
  expect(await world.database.sql("SELECT id::int FROM public.t")).toEqual([{ id: 1 }]);
  expect(await world.database.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
});

test("rights that are missing are named before anything is made, and default privileges hold for what is moved", async () => {
  await using world = await targetWorld();
  const user = `u_${randomBytes(4).toString("hex")}`;
  const app = `a_${randomBytes(4).toString("hex")}`;
  const server = inject("postgresUrl");
  await onServer(server, `CREATE ROLE ${user} LOGIN PASSWORD 'x'; CREATE ROLE ${app}`);
  const url = new URL(world.database.url);
  url.username = user;
  url.password = "x";
  try {
    await expect(world.target({}, { url: url.href })).rejects.toMatchObject({
      code: "DB.PERMISSION",
      hint: `let the owner run: GRANT CREATE ON DATABASE "${world.database.name}" TO "${user}"`,
    });
    await world.database.sql(
      `GRANT CREATE ON DATABASE ${world.database.name} TO ${user}; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    );
    await expect(world.target({ schema: "public" }, { url: url.href })).rejects.toMatchObject({
      code: "DB.PERMISSION",
      hint: `let the owner run: GRANT CREATE ON SCHEMA "public" TO "${user}"`,
    });
    await world.database.sql(
      `GRANT CREATE ON SCHEMA public TO ${user}; ALTER DEFAULT PRIVILEGES FOR ROLE ${user} GRANT USAGE ON SCHEMAS TO ${app};
       ALTER DEFAULT PRIVILEGES FOR ROLE ${user} IN SCHEMA public GRANT SELECT ON TABLES TO ${app}`,
    );
    await using target = await world.target({}, { url: url.href });
    await target.create(design([t]));
    expect(
      await world.database.sql(
        `SELECT has_schema_privilege('${app}', oid, 'USAGE') AS may FROM pg_namespace WHERE nspname LIKE 'dbops%'`,
      ),
    ).toEqual([{ may: false }]);
    await loadWhole(target, t);
    await target.finish(design([t]));
    await target.publish(design([t]));
    await world.database.sql("CREATE TABLE u (id int)");
    await using replacing = await world.target({ run: "r2", isReplacing: true }, { url: url.href });
    await expect(replacing.create(design([table("u", [column("id", "integer")])]))).rejects.toMatchObject({
      code: "DB.PERMISSION",
      message: "public.u cannot be replaced",
    });
    expect(await world.database.sql(`SELECT has_table_privilege('${app}', 't', 'SELECT') AS may`)).toEqual([
      { may: true },
    ]);
  } finally {
    await world.database.sql(`DROP OWNED BY ${user} CASCADE; DROP OWNED BY ${app}`);
    await onServer(server, `DROP ROLE ${user}; DROP ROLE ${app}`);
  }
});

test("a session that may only read is told so", async () => {
  await using world = await targetWorld();
  await world.database.sql(`ALTER DATABASE ${world.database.name} SET default_transaction_read_only = on`);
  await expect(world.target()).rejects.toMatchObject({
    code: "DB.PERMISSION",
    why: expect.stringContaining("may only read"),
  });
});
