import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { testContext } from "../support/driver-context.js";
import { freshDatabase, onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster, superuserPassword } from "../support/postgres-cluster.js";
import { snapshotRequest } from "../support/snapshot-request.js";
import { keepSnapshot } from "../support/source.js";
import { startProxy } from "../support/tcp-proxy.js";

const address = (location: string) => ({ engine: "postgres", name: "x", location });
const server = (): string => inject("postgresUrl");
const ROWS = "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 20) AS filler FROM generate_series(1, 60000) i";

function waitingFor(mode: string, database: string): string {
  return `SELECT FROM pg_locks WHERE NOT granted AND mode = '${mode}' AND database = (SELECT oid FROM pg_database WHERE datname = '${database}')`;
}

async function until(sql: string): Promise<void> {
  while ((await onServer(server(), sql)).length === 0);
}

test("a TRUNCATE that races the snapshot never yields an empty table", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a AS SELECT i FROM generate_series(1, 100) i");
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const rival = new pg.Client({ connectionString: db.url });
  await rival.connect();
  await rival.query("BEGIN; TRUNCATE a; INSERT INTO a SELECT i FROM generate_series(1, 70) i");
  const taking = driver.takeSnapshot(snapshotRequest(t.workDir));
  await until(waitingFor("AccessShareLock", db.name));
  await rival.query("COMMIT");
  await using snapshot = await taking;
  const fingerprint = snapshot.fingerprint();
  const { source } = await keepSnapshot(snapshot);
  const { tables } = await fingerprint;
  expect(tables).toMatchObject([{ name: "a", rows: 70 }]);
  const truncate = rival.query("TRUNCATE a");
  await until(waitingFor("AccessExclusiveLock", db.name));
  await using scratch = await postgresEngine.openScratch(
    { dir: t.scratchDir, url: null, serverVersion: null },
    t.context,
  );
  expect((await (await scratch.load(source, { jobs: 1 })).fingerprint("hash")).tables).toEqual(tables);
  await snapshot[Symbol.asyncDispose]();
  await truncate;
  await rival.end();
});

test("a TRUNCATE that queues between our locks and pg_dump's makes the backup fail, never empty", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a AS SELECT i FROM generate_series(1, 100) i");
  await using t = await testContext({ lockTimeoutMs: 300 });
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir));
  const rival = new pg.Client({ connectionString: db.url });
  await rival.connect();
  const truncate = rival.query("TRUNCATE a");
  await until(waitingFor("AccessExclusiveLock", db.name));
  await expect(keepSnapshot(snapshot)).rejects.toMatchObject({ code: "LOCK.DATABASE", retryable: true });
  await snapshot[Symbol.asyncDispose]();
  await truncate;
  await rival.end();
});

test("a table that appears while the locks are awaited is in the snapshot", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int)");
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const rival = new pg.Client({ connectionString: db.url });
  await rival.connect();
  await rival.query("BEGIN; ALTER TABLE a RENAME TO b; CREATE TABLE c (x int)");
  const taking = driver.takeSnapshot(snapshotRequest(t.workDir));
  await until(waitingFor("AccessShareLock", db.name));
  await rival.query("COMMIT");
  await rival.end();
  await using snapshot = await taking;
  const fingerprint = snapshot.fingerprint();
  await keepSnapshot(snapshot);
  expect((await fingerprint).tables.map(({ name }) => name)).toEqual(["b", "c"]);
});

test("a lock that is not granted in time", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int)");
  await using t = await testContext({ lockTimeoutMs: 50 });
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const rival = new pg.Client({ connectionString: db.url });
  await rival.connect();
  await rival.query("BEGIN; LOCK TABLE a");
  await expect(driver.takeSnapshot(snapshotRequest(t.workDir))).rejects.toMatchObject({ code: "LOCK.DATABASE" });
  await rival.end();
});

test("sequences that move during the backup compare by what the archive holds", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE SEQUENCE s");
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir));
  await db.sql("SELECT nextval('s'), nextval('s')");
  const fingerprint = snapshot.fingerprint();
  const { source } = await keepSnapshot(snapshot);
  await db.sql("SELECT nextval('s')");
  await using scratch = await postgresEngine.openScratch(
    { dir: t.scratchDir, url: null, serverVersion: null },
    t.context,
  );
  const restored = await (await scratch.load(source, { jobs: 1 })).fingerprint("hash");
  expect(restored.tables).toEqual((await fingerprint).tables);
  expect(restored.tables[0]?.hash).toBe("2,true");
});

test.each(["", "CREATE VIEW v AS SELECT 1 AS one"])("an empty database, and one with only views: %s", async (sql) => {
  await using db = await freshDatabase(server());
  if (sql !== "") await db.sql(sql);
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir));
  const fingerprint = snapshot.fingerprint();
  const { source } = await keepSnapshot(snapshot);
  expect((await fingerprint).tables).toEqual([]);
  expect((await postgresEngine.inspect("pgdump", await source.openMain(), t.context)).entries).toBeGreaterThan(0);
  await using scratch = await postgresEngine.openScratch(
    { dir: t.scratchDir, url: null, serverVersion: null },
    t.context,
  );
  expect((await scratch.load(source, { jobs: 2 }).then((copy) => copy.fingerprint("hash"))).schemaHash).toBe(
    (await fingerprint).schemaHash,
  );
});

test("a killed pg_dump is a failure, whatever its pipe says", async () => {
  await using db = await freshDatabase(server());
  await db.sql(ROWS);
  await using t = await testContext();
  const marks: number[] = [];
  t.children.onChange(async (live) => void marks.splice(0, marks.length, ...live.map(({ pid }) => pid)));
  await using driver = await postgresEngine.open(address(db.url), t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { fingerprint: "none" }));
  const main = await snapshot.parts[0]?.produce();
  if (main === undefined) throw new Error("no main part");
  await new Promise((resolve) => main.stream.once("readable", resolve));
  for (const pid of marks) process.kill(pid, "SIGKILL");
  await expect(buffer(main.stream)).rejects.toMatchObject({ code: "TOOL.FAILED" });
  await expect(main.ended).rejects.toMatchObject({ code: "TOOL.FAILED", message: expect.stringContaining("SIGKILL") });
});

test("a connection that is cut in the middle of the dump", async () => {
  await using db = await freshDatabase(server());
  await db.sql(ROWS);
  const { hostname, port } = new URL(server());
  await using proxy = await startProxy(hostname, Number(port));
  const url = new URL(db.url);
  url.port = String(proxy.port);
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(url.href), t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { fingerprint: "none" }));
  const main = await snapshot.parts[0]?.produce();
  if (main === undefined) throw new Error("no main part");
  proxy.cutAfterBytes(2_000_000);
  await expect(buffer(main.stream)).rejects.toMatchObject({ code: "CONNECT.LOST" });
  await expect(main.ended).rejects.toMatchObject({ code: "CONNECT.LOST", exit: 6 });
  await expect(driver.query("SELECT 1")).rejects.toMatchObject({ code: "CONNECT.LOST" });
});

test("the dump program must be as new as the server; another folder's fitting one is found", async () => {
  await using db = await freshDatabase(server());
  await using t = await testContext();
  const old = join(t.workDir, "old");
  await mkdir(old);
  await writeFile(join(old, "pg_dump"), '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n');
  await chmod(join(old, "pg_dump"), 0o755);
  const only = { ...t.context, env: { ...t.context.env, DBOPS_PG_BINDIR: old } };
  await using narrow = await postgresEngine.open(address(db.url), only);
  await expect(narrow.takeSnapshot(snapshotRequest(t.workDir))).rejects.toMatchObject({
    code: "TOOL.TOO_OLD",
    exit: 8,
    hint: expect.stringContaining("apt-get install postgresql-client-"),
  });
  const first = { ...t.context, env: { ...t.context.env, PATH: `${old}:${t.context.env.PATH}` } };
  await using wide = await postgresEngine.open(address(db.url), first);
  await using snapshot = await wide.takeSnapshot(snapshotRequest(t.workDir));
  expect(Number.parseInt(snapshot.origin.clientVersion, 10)).toBeGreaterThanOrEqual(13);
});

test("an archive is read by the newest pg_restore there is, and one that is killed makes no backup a damaged one", async () => {
  await using db = await freshDatabase(server());
  await using t = await testContext();
  const withFake = async (version: string, does: string) => {
    const folder = join(t.workDir, version);
    await mkdir(folder);
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo "pg_restore (PostgreSQL) ${version}" && exit\n${does}\n`;
    await writeFile(join(folder, "pg_restore"), script, { mode: 0o755 });
    return { ...t.context, env: { ...t.context.env, PATH: `${folder}:${t.context.env.PATH}` } };
  };
  const unable = 'echo "pg_restore: error: unsupported version (1.15) in file header" >&2; exit 1';
  const old = await withFake("9.6.24", unable);
  await using driver = await postgresEngine.open(address(db.url), old);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { fingerprint: "none" }));
  const { source } = await keepSnapshot(snapshot);
  const inspect = async (context: typeof old) => postgresEngine.inspect("pgdump", await source.openMain(), context);
  expect((await inspect(old)).entries).toBeGreaterThan(0);
  await expect(inspect(await withFake("99.1", "kill -9 $$"))).rejects.toMatchObject({ code: "TOOL.FAILED" });
});

test("partial snapshots know what they hold", async () => {
  await using db = await freshDatabase(server());
  await db.sql("CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE SCHEMA s; CREATE TABLE s.c (x int)");
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const cases = [
    { tables: ["a"], holds: ["a"] },
    { excludeTables: ["b"], holds: ["a", "c"] },
    { passThrough: ["-ns"], holds: ["c"] },
    { passThrough: ["--exclude-table-data", "a"], holds: ["b", "c"] },
  ];
  for (const { holds, ...changes } of cases) {
    await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, changes));
    const fingerprint = snapshot.fingerprint();
    await keepSnapshot(snapshot);
    expect(snapshot.isPartial).toBe(true);
    expect((await fingerprint).tables.map(({ name }) => name)).toEqual(holds);
  }
  for (const args of [
    ["-Fp"],
    ["--file=x"],
    ["--fil", "x"],
    ["-vf", "x"],
    ["-j", "2"],
    ["-Z9"],
    ["--snap=1"],
    ["-C"],
    ["other"],
    ["-d", "x"],
    ["--dbname=x"],
    ["-W"],
  ]) {
    await expect(driver.takeSnapshot(snapshotRequest(t.workDir, { passThrough: args }))).rejects.toMatchObject({
      exit: 2,
    });
  }
  await using whole = await driver.takeSnapshot(
    snapshotRequest(t.workDir, { passThrough: ["-v", "--quote-all-identifiers", "--extra-float-digits", "2"] }),
  );
  expect(whole.isPartial).toBe(false);
});

test("the lock names its holder, waits, and ends with it", async () => {
  await using db = await freshDatabase(server());
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  await using restorer = await postgresEngine.restorer(address(db.url), t.context);
  const held = await driver.lock({ purpose: "data", waitMs: 0, holder: { run: "r1", command: "migrate up" } });
  const second = { purpose: "data", waitMs: 0, holder: { run: "r2", command: "restore" } } as const;
  await expect(restorer.lock(second)).rejects.toMatchObject({
    code: "LOCK.HELD",
    exit: 7,
    why: expect.stringContaining("dbops r1 migrate up"),
  });
  const waiting = restorer.lock({ ...second, waitMs: 20_000 });
  await held[Symbol.asyncDispose]();
  await using got = await waiting;
  expect(got.place).toContain("advisory lock");
});

test("rows arrive in batches, exact", async () => {
  await using db = await freshDatabase(server());
  await db.sql(
    "CREATE TABLE a AS SELECT i::int8 + 9007199254740993 AS big, 0.1::numeric AS n, '\\x00ff'::bytea AS b, i % 2 = 0 AS f FROM generate_series(0, 2500) i",
  );
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const sizes: number[] = [];
  for await (const { rows } of driver.rows.read({
    table: { schema: "public", name: "a" },
    columns: ["big", "n", "b", "f"],
  })) {
    if (sizes.length === 0) expect(rows[0]).toEqual([9007199254740993n, "0.1", new Uint8Array([0, 255]), true]);
    sizes.push(rows.length);
  }
  expect(sizes).toEqual([1000, 1000, 501]);
});

describe("connecting", () => {
  let guarded: Cluster;
  beforeAll(async () => {
    guarded = await startCluster({
      auth: "scram-sha-256",
      settings: { max_connections: "5", superuser_reserved_connections: "0", ssl: "off" },
    });
    await onServer(
      withPassword(),
      `ALTER ROLE postgres PASSWORD '${superuserPassword}'; CREATE ROLE u LOGIN PASSWORD 'p:w\\x@y'`,
    );
  });
  afterAll(async () => await guarded.stop());

  const withPassword = (): string =>
    guarded.superuserUrl.replace("postgres@", `postgres:${encodeURIComponent(superuserPassword)}@`);

  test("each trouble has its code, and no message holds the password", async () => {
    await using t = await testContext({ connectTimeoutMs: 1000 });
    const base = `127.0.0.1:${guarded.port}`;
    const cases = [
      [`postgres://postgres:wrong-secret@${base}/postgres`, "CONNECT.PASSWORD"],
      [`postgres://postgres@${base}/postgres`, "CONNECT.PASSWORD"],
      [`${withPassword().slice(0, -"postgres".length)}nowhere`, "CONNECT.NO_DATABASE"],
      [`${withPassword()}?sslmode=require`, "CONNECT.TLS"],
      ["postgres://postgres:wrong-secret@127.0.0.1:1/postgres", "CONNECT.REFUSED"],
      ["postgres://postgres@/postgres?host=/nonexistent", "CONNECT.REFUSED"],
      ["postgres://postgres:wrong-secret@no-such-host.invalid/postgres", "CONNECT.NO_HOST"],
      [`${withPassword()}?sslmod=require`, "USAGE.INVALID"],
    ] as const;
    for (const [url, code] of cases) {
      const error = await postgresEngine.open(address(url), t.context).then(
        () => null,
        (thrown: Error) => thrown,
      );
      expect(error, url).toMatchObject({ code, why: expect.any(String), hint: expect.any(String) });
      expect(JSON.stringify({ ...error, text: String(error) })).not.toMatch(/wrong-secret|cluster secret/);
    }
  });

  test("too many connections", async () => {
    await using t = await testContext();
    const clients = Array.from(
      { length: 5 },
      () => new pg.Client({ host: guarded.socketDir, port: guarded.port, user: "postgres", database: "postgres" }),
    );
    for (const client of clients) await client.connect();
    await expect(postgresEngine.open(address(withPassword()), t.context)).rejects.toMatchObject({
      code: "CONNECT.TOO_MANY",
      retryable: true,
    });
    for (const client of clients) await client.end();
  });

  test("libpq's sources: several hosts, variables, service and passfile, other clients' parameters", async () => {
    await using t = await testContext();
    const passFile = join(t.workDir, "pass");
    await writeFile(passFile, `# mine\n127.0.0.1:*:*:u:p\\:w\\\\x@y\n`, { mode: 0o600 });
    const serviceFile = join(t.workDir, "services");
    await writeFile(serviceFile, `[app]\nhost=127.0.0.1\nport=${guarded.port}\nuser=u\ndbname=postgres\n`);
    const env = { ...t.context.env, PGPASSFILE: passFile, PGSERVICEFILE: serviceFile, PGPORT: "1" };
    for (const location of [
      `postgres://u@127.0.0.1:1,127.0.0.1:${guarded.port}/postgres?target_session_attrs=read-write`,
      "service:app",
      `postgresql:///postgres?host=127.0.0.1&port=${guarded.port}&user=u&schema=public&connection_limit=5&pgbouncer=true`,
      `postgres://u@/postgres?host=${encodeURIComponent(guarded.socketDir)}&port=${guarded.port}`,
    ]) {
      await using driver = await postgresEngine.open(address(location), { ...t.context, env });
      expect(await driver.query("SELECT current_user::text AS u")).toEqual([{ u: "u" }]);
      await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir));
      await (await snapshot.parts[0]?.produce())?.ended.catch(() => undefined);
    }
    expect(t.notices.filter((line) => line.includes("left out"))).toHaveLength(3);
    const standby = `postgres://u@127.0.0.1:${guarded.port}/postgres?target_session_attrs=standby`;
    await expect(postgresEngine.open(address(standby), { ...t.context, env })).rejects.toMatchObject({
      why: expect.stringContaining("standby"),
    });
  });
});

test("doctor, schema and server facts", async () => {
  await using db = await freshDatabase(server());
  await db.sql(`CREATE TABLE a (id int PRIMARY KEY, t text DEFAULT 'x' CHECK (t <> ''), up text GENERATED ALWAYS AS (upper(t)) STORED);
    CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE); CREATE INDEX ON b ((a + 1)); CREATE VIEW v AS SELECT 1 AS one;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION f()`);
  await using t = await testContext();
  await using driver = await postgresEngine.open(address(db.url), t.context);
  const { tables, views, triggers } = await driver.schema();
  expect(tables.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(tables[0]).toMatchObject({ primaryKey: ["id"], checks: [{ sql: "CHECK ((t <> ''::text))" }] });
  expect(tables[0]?.columns[2]).toMatchObject({ name: "up", isGenerated: true });
  expect(tables[1]).toMatchObject({
    foreignKeys: [{ columns: ["a"], references: { table: "a", columns: ["id"] }, onDelete: "CASCADE" }],
    indexes: [{ columns: ["(a + 1)"] }],
  });
  expect(views).toMatchObject([{ name: "v", isMaterialized: false }]);
  expect(triggers).toMatchObject([{ table: "b", name: "tr" }]);
  expect(await driver.server()).toMatchObject({ role: "primary", timeline: 1 });
  expect((await driver.diagnose()).filter(({ status }) => status === "error")).toEqual([]);
});
