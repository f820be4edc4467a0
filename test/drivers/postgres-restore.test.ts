import { readFile } from "node:fs/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import type { Restorer } from "#dbops/drivers/restore-model.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { type FreshDatabase, freshDatabase, onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster, superuserPassword } from "../support/postgres-cluster.js";
import { snapshotRequest } from "../support/snapshot-request.js";
import { type KeptSnapshot, keepSnapshot, sourceOf } from "../support/source.js";

const NOW = { disconnect: false, waitMs: 0, at: new Date("2026-09-01T02:15:00Z") };
const BESIDE = { jobs: 2, isInPlace: false };

const ACL =
  "SELECT (SELECT array_agg(a::text ORDER BY a::text)::text FROM unnest(relacl) a) AS acl FROM pg_class WHERE relname = 'a'";

const address = (location: string) => ({ engine: "postgres", name: "x", location });
const server = (): string => inject("postgresUrl");

async function backup(db: FreshDatabase, t: TestContext, format: string | null = null): Promise<KeptSnapshot> {
  await using driver = await postgresEngine.open(address(db.url), t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { format, fingerprint: "none" }));
  return await keepSnapshot(snapshot);
}

async function names(): Promise<unknown[]> {
  const rows = await onServer(server(), "SELECT datname FROM pg_database ORDER BY 1");
  return rows.map(({ datname }) => datname);
}

async function dropKept(restorer: Restorer): Promise<void> {
  for (const kept of await restorer.previous()) await restorer.discard(kept);
}

test("restore beside, swap, undo and discard keep every state and its comment", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TABLE a (x int); INSERT INTO a VALUES (1); COMMENT ON DATABASE ${db.name} IS 'it''s \\mine'`);
  await using t = await testContext();
  const { source } = await backup(db, t);
  await db.sql("INSERT INTO a VALUES (2)");

  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  expect((await restorer.current())?.tables).toEqual([{ schema: "public", name: "a", rows: 2 }]);
  expect((await restorer.preflight(source, BESIDE)).filter(({ isOk }) => !isOk)).toEqual([]);
  await using copy = await restorer.load(source, BESIDE);
  expect((await copy.fingerprint("counts")).tables[0]?.rows).toBe(1);
  const { previous } = await copy.swap(NOW);
  expect(previous).toBe(`${db.name}_before_20260901T021500Z`);
  expect(await db.sql("SELECT x FROM a")).toEqual([{ x: 1 }]);
  const comment = `SELECT shobj_description(oid, 'pg_database') AS c FROM pg_database WHERE datname = '${db.name}'`;
  expect(await db.sql(comment)).toEqual([{ c: "it's \\mine" }]);

  const [kept] = await restorer.previous();
  expect(kept).toMatchObject({ name: previous, replacedAt: NOW.at });
  if (kept === undefined) throw new Error("nothing was kept");
  const undone = await restorer.undo(kept, { ...NOW, at: new Date("2026-09-01T03:00:00Z") });
  expect(await db.sql("SELECT x FROM a ORDER BY x")).toEqual([{ x: 1 }, { x: 2 }]);
  expect(await db.sql(comment)).toEqual([{ c: "it's \\mine" }]);
  expect((await restorer.previous()).map(({ name }) => name)).toEqual([undone.previous]);
  await dropKept(restorer);
  expect(await restorer.previous()).toEqual([]);
  await expect(restorer.discard(kept)).rejects.toMatchObject({ code: "RESTORE.NOTHING_TO_UNDO" });
});

test("owner, rights and settings of the database come back under any name", async () => {
  await using db = await freshDatabase(server());
  const owner = `o ${db.name}`;
  await onServer(server(), `CREATE ROLE "${owner}" NOLOGIN`);
  await db.sql(`ALTER DATABASE ${db.name} OWNER TO "${owner}"; ALTER DATABASE ${db.name} SET work_mem = '37MB';
    GRANT CREATE ON DATABASE ${db.name} TO "${owner}"; REVOKE CONNECT ON DATABASE ${db.name} FROM PUBLIC;
    CREATE TABLE a (x int); ALTER TABLE a OWNER TO "${owner}"; REVOKE ALL ON a FROM "${owner}"; GRANT SELECT ON a TO PUBLIC`);
  const facts = (
    name: string,
  ) => `SELECT pg_get_userbyid(datdba) AS owner, (SELECT array_agg(a::text ORDER BY a::text)::text FROM unnest(datacl) a) AS acl,
    (SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid) AS settings FROM pg_database d WHERE datname = '${name}'`;
  const [before] = await onServer(server(), facts(db.name));
  const [acl] = await db.sql(ACL);
  await using t = await testContext();
  const { source } = await backup(db, t);
  await using copy = await freshDatabase(server());
  await using restorer = await postgresEngine.restorer(address(copy.url), t.context);
  await using loaded = await restorer.load(source, BESIDE);
  await loaded.swap(NOW);
  expect(await onServer(server(), facts(copy.name))).toEqual([before]);
  expect(await copy.sql(ACL)).toEqual([acl]);
  await dropKept(restorer);
  await onServer(
    server(),
    `ALTER DATABASE ${db.name} OWNER TO postgres; ALTER DATABASE ${copy.name} OWNER TO postgres`,
  ).catch(() => undefined);
});

test.each([`a "b" 'c' $(touch x) \\`, "naïve – 数据库", "é".repeat(31), "postgres;x=1"])(
  "names of databases and tables: %s",
  async (name) => {
    await using db = await freshDatabase(server(), name);
    const table = pg.escapeIdentifier(name.slice(0, 25));
    await db.sql(`CREATE SCHEMA ${table}; CREATE TABLE ${table}.${table} (${table} text); INSERT INTO ${table}.${table} VALUES ('1');
    CREATE SEQUENCE ${table}.s; SELECT nextval('${table.replaceAll("'", "''").replaceAll("\\", "\\")}.s')`);
    await using t = await testContext();
    await using driver = await postgresEngine.open(address(db.url), t.context);
    await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir));
    const fingerprint = snapshot.fingerprint();
    const [{ source }, { tables }] = await Promise.all([keepSnapshot(snapshot), fingerprint]);
    await driver[Symbol.asyncDispose]();
    await snapshot[Symbol.asyncDispose]();
    await using restorer = await postgresEngine.restorer(address(db.url), t.context);
    await using copy = await restorer.load(source, BESIDE);
    expect((await copy.fingerprint("hash")).tables).toEqual(tables);
    const { previous } = await copy.swap(NOW);
    expect(Buffer.byteLength(previous ?? "")).toBeLessThanOrEqual(63);
    expect(await names()).toContain(previous);
    await dropKept(restorer);
  },
);

test.each(["custom", "directory", "plain"])(
  "in place by an owner without CREATEDB (%s), all or nothing",
  async (format) => {
    await using db = await freshDatabase(server());
    const role = `owner_${db.name}`;
    await onServer(server(), `CREATE ROLE ${role} LOGIN; ALTER DATABASE ${db.name} OWNER TO ${role}`);
    const url = new URL(db.url);
    url.username = role;
    await onServer(
      url.href,
      `CREATE TABLE a (x int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TYPE t AS ENUM ('q'); CREATE TABLE b (a int REFERENCES a, t t);
    CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY, old serial); INSERT INTO c DEFAULT VALUES;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA s CREATE VIEW v AS SELECT 1 AS one; SELECT lo_from_bytea(0, 'x')`,
    );
    await using t = await testContext();
    const { source, parts } = await backup({ ...db, url: url.href }, t, format);
    await onServer(url.href, "INSERT INTO a VALUES (2); CREATE TABLE later (x int)");
    await using restorer = await postgresEngine.restorer(address(url.href), t.context);
    const rights = (await restorer.preflight(source, BESIDE)).find(({ subject }) => subject === "rights");
    expect(rights).toMatchObject({ isOk: false, detail: expect.stringContaining("--in-place") });
    await expect(restorer.load(source, BESIDE)).rejects.toMatchObject({ code: "RESTORE.NO_RIGHT" });

    const main = parts.get("main") ?? Buffer.alloc(0);
    const cut = sourceOf(source.kind, main.subarray(0, main.length - 600), parts);
    await expect(restorer.load(cut, { jobs: 1, isInPlace: true })).rejects.toMatchObject({ name: "DbopsError" });
    expect(await db.sql("SELECT x FROM a ORDER BY x")).toEqual([{ x: 1 }, { x: 2 }]);

    await using copy = await restorer.load(source, { jobs: 1, isInPlace: true });
    expect(await copy.swap(NOW)).toEqual({ previous: null });
    expect(await db.sql("SELECT x FROM a")).toEqual([{ x: 1 }]);
    expect(
      await db.sql("SELECT to_regclass('later') AS t, (SELECT count(*)::int FROM pg_largeobject_metadata) AS n"),
    ).toEqual([{ t: null, n: 1 }]);
  },
);

test("sessions that reconnect all the time: refused without disconnect, swapped with it", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int)");
  await using t = await testContext();
  const { source } = await backup(db, t);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  await using copy = await restorer.load(source, BESIDE);
  let isOver = false;
  let connections = 0;
  const keepComing = async (): Promise<void> => {
    while (!isOver) {
      const client = new pg.Client({ connectionString: db.url, application_name: "web worker" });
      const gone = new Promise<void>((resolve) => client.once("end", resolve));
      client.on("error", () => undefined);
      await client.connect().then(
        async () => {
          connections += 1;
          await Promise.race([gone, untilOver]);
          await client.end().catch(() => undefined);
        },
        () => undefined,
      );
    }
  };
  let finish: () => void = () => undefined;
  const untilOver = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const workers = [keepComing(), keepComing(), keepComing()];
  while (connections < 3) await new Promise((resolve) => setImmediate(resolve));
  await expect(copy.swap(NOW)).rejects.toMatchObject({
    code: "LOCK.SESSIONS",
    why: expect.stringContaining("web worker"),
  });
  const { previous } = await copy.swap({ ...NOW, disconnect: true });
  isOver = true;
  finish();
  await Promise.all(workers);
  expect(await names()).toEqual(expect.arrayContaining([previous, db.name]));
  const [allowed] = await onServer(
    server(),
    `SELECT bool_and(datallowconn) AS all FROM pg_database WHERE datname IN ('${db.name}', '${previous}')`,
  );
  expect(allowed).toEqual({ all: true });
  await dropKept(restorer);
});

test("a swap that dies between its renames leaves neither, and the next run clears its copy", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int)");
  await using t = await testContext();
  const { source } = await backup(db, t);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const copy = await restorer.load(source, BESIDE);
  // A session inside the copy makes the second rename wait; the first has then been done in the open transaction.
  const inside = new pg.Client({ connectionString: db.url.replace(db.name, copy.place), application_name: "inside" });
  inside.on("error", () => undefined);
  await inside.connect();
  const swap = copy.swap(NOW);
  swap.catch(() => undefined);
  const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE "dbops_%' AND state = 'active'`;
  while ((await onServer(server(), waiting)).length === 0);
  await expect(swap).rejects.toMatchObject({ code: "CONNECT.LOST" });
  await inside.end();
  expect((await names()).filter((name) => String(name).startsWith(db.name))).toEqual([db.name]);

  await using next = await postgresEngine.restorer(address(db.url), t.context);
  expect(await next.recover()).toEqual([expect.stringContaining(copy.place)]);
  expect(await names()).not.toContain(copy.place);
  expect(await next.recover()).toEqual([]);
});

test("a copy is removed when its run is aborted", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a AS SELECT i FROM generate_series(1, 200000) i");
  await using t = await testContext();
  const { source } = await backup(db, t);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const loading = restorer.load(source, BESIDE);
  loading.catch(() => undefined);
  while (!(await names()).some((name) => String(name).startsWith(`dbops_${t.context.run}`)));
  t.abort.abort(new Error("stop"));
  await expect(loading).rejects.toThrow();
  expect((await names()).filter((name) => String(name).startsWith(`dbops_${t.context.run}`))).toEqual([]);
});

test("a damaged archive never reaches the target", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a AS SELECT i, repeat('y', 100) FROM generate_series(1, 2000) i");
  await using t = await testContext();
  const { source, parts } = await backup(db, t);
  const main = parts.get("main") ?? Buffer.alloc(0);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  for (const bytes of [
    main.subarray(0, main.length / 2),
    main.subarray(0, 900),
    Buffer.from("not a dump at all, but long enough"),
    Buffer.alloc(0),
  ]) {
    await expect(
      postgresEngine.inspect("pgdump", await sourceOf("pgdump", bytes).openMain(), t.context),
    ).rejects.toMatchObject({
      code: "BACKUP.DAMAGED",
    });
    await expect(restorer.load(sourceOf("pgdump", bytes), BESIDE)).rejects.toMatchObject({ name: "DbopsError" });
  }
  expect(await postgresEngine.inspect("pgdump", await source.openMain(), t.context)).toMatchObject({
    serverVersion: expect.stringMatching(/^\d+/),
  });
  expect((await names()).filter((name) => String(name).startsWith("dbops_t"))).toEqual([]);
});

test("roles and extensions that are missing are known before anything is touched", async () => {
  await using db = await freshDatabase(server());
  const role = `gone_${db.name}`;
  await onServer(server(), `CREATE ROLE ${role}`);
  await db.sql(
    `CREATE TABLE a (x int); GRANT SELECT ON a TO ${role}; ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON a TO ${role} USING (true)`,
  );
  await using t = await testContext();
  const { source } = await backup(db, t);
  await db.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const lines = await restorer.preflight(source, BESIDE);
  expect(lines.find(({ subject }) => subject === "roles")).toMatchObject({
    isOk: false,
    detail: expect.stringContaining(role),
  });
  await expect(restorer.load(source, BESIDE)).rejects.toMatchObject({ code: "RESTORE.ROLE_MISSING" });
  await using scratch = await postgresEngine.openScratch(
    { dir: t.scratchDir, url: null, serverVersion: null },
    t.context,
  );
  const copy = await scratch.load(source, { jobs: 1 });
  expect((await copy.fingerprint("hash")).tables).toHaveLength(1);
});

test("an SQL file with commands of psql is refused", async () => {
  await using db = await freshDatabase(server());
  await using t = await testContext();
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const refused = [
    "CREATE TABLE a (x int);\n\\! touch /tmp/owned\n",
    "SELECT 1 \\gexec\n",
    'CREATE TABLE "q\nr" (x text);\nCOPY "q\nr" (x) FROM stdin;\nit\'s\n\\.\n\\! id\n',
    "COPY t TO stdout; SELECT 1 FROM stdin;\n\\! id\n",
    "SET standard_conforming_strings = off;\nSELECT '\\''; \\! id '\n",
    "\\connect other\n",
  ];
  for (const script of refused) {
    await expect(restorer.load(sourceOf("sql", Buffer.from(script)), BESIDE)).rejects.toMatchObject({
      code: "DB.REFUSED",
    });
  }
  await expect(
    restorer.load(sourceOf("sql", Buffer.from("SELECT 1;\nSELECT 1/0;\nSELECT 2;\n")), BESIDE),
  ).rejects.toMatchObject({ code: "TOOL.FAILED" });
  const script =
    "CREATE TABLE a (x text);\nCOPY a (x) FROM stdin;\n\\\\! id\n\\restrict abc\n\\.\nINSERT INTO a VALUES ('\\! ''x'), ($$ \\q $$), (E'\\\\ \\'');\n";
  await using copy = await restorer.load(sourceOf("sql", Buffer.from(script)), BESIDE);
  expect((await copy.fingerprint("counts")).tables[0]?.rows).toBe(5);
});

let guarded: Cluster;
beforeAll(async () => {
  guarded = await startCluster({ auth: "scram-sha-256" });
});
afterAll(async () => await guarded.stop());

test("with a password: it reaches the children and never a command line", async () => {
  const url = new URL(guarded.superuserUrl);
  url.password = encodeURIComponent(superuserPassword);
  await using db = await freshDatabase(url.href);
  await db.sql("CREATE TABLE a AS SELECT i FROM generate_series(1, 50000) i");
  await using t = await testContext();
  const seen: string[] = [];
  t.children.onChange(async (marks) => {
    for (const { pid } of marks) {
      for (const file of ["cmdline", "environ"])
        seen.push(await readFile(`/proc/${pid}/${file}`, "latin1").catch(() => ""));
    }
  });
  const { source } = await backup(db, t);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  await using copy = await restorer.load(source, BESIDE);
  await copy.swap(NOW);
  for (const program of ["pg_dump", "pg_dumpall", "pg_restore"]) {
    expect(seen.some((line) => line.includes(program) && line.includes("--dbname"))).toBe(true);
  }
  expect(seen.filter((line) => line.includes(superuserPassword))).toEqual([]);
  await dropKept(restorer);
});
