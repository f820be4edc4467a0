import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { onServer, openSession } from "./fresh-database.js";
import type { MonitorWorld } from "./monitor-world.js";
import { startCluster } from "./postgres-cluster.js";
import { sqlite } from "./sqlite-files.js";
import { startSqliteProcess } from "./sqlite-process.js";

/** Trouble that has been made; disposing ends it. */
export interface Trouble extends AsyncDisposable {
  /** Other checks that rightly speak of it too. */
  readonly also?: readonly string[];
  /** Words that the finding's evidence must hold. */
  readonly evidence?: string;
}

type Make = (world: MonitorWorld) => Promise<Trouble>;

/** How a check is made to fire on a database file or on a server, whichever has its facts. */
export interface CheckCase {
  readonly file?: Make;
  readonly server?: Make;
  /** What becomes of it for a role that may do nothing but connect, and for a user who does not own the file. */
  readonly hidden: {
    readonly file?: "ok" | "skipped";
    readonly server?: "ok" | "skipped" | "notApplicable";
  };
  /** The shared server has no such thing, so that it neither fires nor is silent there. */
  readonly isAbsent?: true;
}

const ENDED: AsyncDisposable = { [Symbol.asyncDispose]: async () => undefined };
const NO_BACKUP = async (world: MonitorWorld): Promise<Trouble> => {
  await world.configure();
  return { ...ENDED, evidence: "the store holds none" };
};

/** A backup of each target, so that nothing is said of backups; with `isProven` it was restored and compared. */
export async function backUp(world: MonitorWorld, target: string, isProven = true): Promise<void> {
  const { exit, stderr } = await world.run(["backup", target, "--verify", isProven ? "restore" : "none"]);
  expect(exit, stderr).toBe(0);
}

export const CHECK_CASES: Readonly<Record<string, CheckCase>> = {
  "connection.failed": {
    file: unreachable("file", "./missing.db"),
    server: unreachable("server", "postgres://nobody@127.0.0.1:1/none"),
    hidden: { file: "ok", server: "ok" },
  },
  "connection.time": {
    file: strict({ "connection.time": { warning: "0.0001ms" } }),
    server: strict({ "connection.time": { warning: "0.0001ms" } }),
    hidden: { file: "skipped", server: "ok" },
  },
  "connections.used": {
    server: async (world) => {
      await world.configure({ "connections.used": { count: { critical: 1 } } });
      const clients = await Promise.all([openSession(world.db.url), openSession(world.db.url)]);
      return allOf(clients);
    },
    hidden: { server: "ok" },
  },
  "transactions.idle": {
    server: async (world) => {
      await world.configure({ "transactions.idle": { critical: "0.001ms" } });
      const client = await openSession(world.db.url);
      await client.sql("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      const { pid } = await client.one("SELECT pg_backend_pid() AS pid");
      return { ...allOf([client]), evidence: `pid ${pid} ` };
    },
    hidden: { server: "skipped" },
  },
  "sessions.blocked": {
    server: async (world) => {
      await world.configure({ "sessions.blocked": { longest: {}, count: { warning: 0 } } });
      const [holder, waiter] = await Promise.all([openSession(world.db.url), openSession(world.db.url)]);
      await holder.sql("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      const { pid } = await holder.one("SELECT pg_backend_pid() AS pid");
      const waiting = waiter.sql("BEGIN; LOCK TABLE t").catch(() => undefined);
      await waitUntil(world, "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND relation = 't'::regclass");
      const end = async (): Promise<void> => {
        await holder[Symbol.asyncDispose]();
        await waiting;
        await waiter[Symbol.asyncDispose]();
      };
      return { evidence: `pid ${pid} (unnamed), idle in its transaction`, [Symbol.asyncDispose]: end };
    },
    hidden: { server: "skipped" },
  },
  "queries.long": {
    server: async (world) => {
      await world.configure({ "queries.long": { critical: "1ms" } });
      const client = await openSession(world.db.url);
      const { pid } = await client.one("SELECT pg_backend_pid() AS pid");
      const sleeping = client.sql("SELECT pg_sleep(600)").catch(() => undefined);
      await waitUntil(
        world,
        `SELECT count(*) AS n FROM pg_stat_activity WHERE pid = ${pid} AND wait_event = 'PgSleep'`,
      );
      const end = async (): Promise<void> => {
        await world.db.sql(`SELECT pg_terminate_backend(${pid})`);
        await sleeping;
        await client[Symbol.asyncDispose]();
      };
      return { evidence: `pid ${pid} `, [Symbol.asyncDispose]: end };
    },
    hidden: { server: "skipped" },
  },
  "pages.damaged": {
    server: async (world) => {
      const cluster = await startCluster({ hasChecksums: true, settings: { shared_buffers: "128kB" } });
      await onServer(
        cluster.superuserUrl,
        "CREATE TABLE d AS SELECT g, repeat('x', 500) FROM generate_series(1, 2000) g",
      );
      const [row] = await onServer(cluster.superuserUrl, "CHECKPOINT; SELECT pg_relation_filepath('d') AS path");
      await flipByte(join(cluster.dataDir, String(row?.path)), 8192 * 5 + 4000);
      await expect(onServer(cluster.superuserUrl, "SELECT count(repeat) FROM d")).rejects.toThrow("invalid page");
      await world.configure({}, { server: cluster.superuserUrl });
      return { evidence: "postgres: 1", [Symbol.asyncDispose]: () => cluster.stop() };
    },
    hidden: { server: "notApplicable" },
    isAbsent: true,
  },
  "indexes.invalid": {
    server: async (world) => {
      await world.configure();
      await world.db.sql("INSERT INTO t VALUES (2, 'one')");
      await using client = await openSession(world.db.url);
      await expect(client.sql("CREATE UNIQUE INDEX CONCURRENTLY t_name ON t (name)")).rejects.toThrow("unique");
      return { ...ENDED, evidence: "an index of t" };
    },
    hidden: { file: "skipped", server: "ok" },
  },
  "indexes.redundant": {
    file: async (world) => {
      await world.configure();
      sqlite(world.path("app.db"), "CREATE INDEX one ON t (name)", "CREATE INDEX two ON t (name, id)");
      return { ...ENDED, evidence: "one (name) is the beginning of two (name, id)" };
    },
    server: async (world) => {
      await world.configure();
      await world.db.sql("CREATE INDEX one ON t (name); CREATE INDEX two ON t (name, id)");
      return { ...ENDED, evidence: "one (name) is the beginning of two (name, id)" };
    },
    hidden: { file: "skipped", server: "ok" },
  },
  "foreign-keys.unindexed": {
    file: async (world) => {
      await world.configure();
      sqlite(world.path("app.db"), "CREATE TABLE c (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t)");
      return { ...ENDED, evidence: "it refers to t" };
    },
    server: async (world) => {
      await world.configure();
      await world.db.sql("CREATE TABLE c (id int PRIMARY KEY, t_id int REFERENCES t)");
      return { ...ENDED, evidence: "it refers to public.t" };
    },
    hidden: { file: "skipped", server: "ok" },
  },
  "transactions.wraparound": {
    server: strict({ "transactions.wraparound": { critical: "0.0000001%" } }),
    hidden: { server: "ok" },
  },
  "wal.size": {
    file: async (world) => {
      await world.configure({ "wal.size": { bytes: { warning: "1kB" }, share: { warning: "1%" } } });
      const writer = await logWriter(world, 10);
      return { [Symbol.asyncDispose]: () => writer.kill() };
    },
    hidden: { file: "ok" },
  },
  "wal.pinned": {
    file: async (world) => {
      await world.configure({ "wal.size": { bytes: {}, share: {} } });
      await using first = await logWriter(world, 1);
      const reader = startSqliteProcess(PINNING_READER, { args: [world.path("app.db")] });
      expect(await reader.line()).toBe("reading");
      const writer = await logWriter(world, 1200);
      expect(first.pid).not.toBe(writer.pid);
      const end = async (): Promise<void> => {
        await reader.kill();
        await writer.kill();
      };
      return { evidence: `pid ${reader.pid} `, [Symbol.asyncDispose]: end };
    },
    hidden: { file: "ok" },
  },
  "pages.free": {
    file: async (world) => {
      await world.configure({ "pages.free": { share: { warning: "10%" }, bytes: { warning: "10kB" } } });
      const rows = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)";
      sqlite(world.path("app.db"), `${rows} INSERT INTO t SELECT i, hex(randomblob(100)) FROM n`, "DELETE FROM t");
      return ENDED;
    },
    hidden: { file: "ok" },
  },
  "disk.free": {
    file: strict({ "disk.free": { used: { warning: "0%" }, free: { warning: "1000TB" } } }),
    hidden: { file: "ok" },
  },
  "database.size": { hidden: { file: "ok", server: "ok" } },
  "backup.age": { file: NO_BACKUP, server: NO_BACKUP, hidden: { file: "ok", server: "ok" } },
  "backup.proof": { file: unproven("file"), server: unproven("server"), hidden: { file: "ok", server: "ok" } },
  "backup.failed": { file: failed("file"), server: failed("server"), hidden: { file: "ok", server: "ok" } },
};

const PINNING_READER = `
  const db = new Database(args[0]);
  db.exec("BEGIN");
  db.prepare("SELECT count(*) FROM t").get();
  say("reading");
  stay();
`;

const LOG_WRITER = `
  const db = new Database(args[0]);
  db.pragma("journal_mode = WAL");
  db.pragma("wal_autocheckpoint = 0");
  const insert = db.prepare("INSERT INTO t (name) VALUES (?)");
  for (let row = 0; row < Number(args[1]); row += 1) insert.run("x".repeat(100));
  say("written");
  stay();
`;

/** Asks until the count is not 0: another session gets there by itself. */
async function waitUntil(world: MonitorWorld, sql: string): Promise<void> {
  await using client = await openSession(world.db.url);
  while (Number((await client.one(sql)).n) === 0) await client.one("SELECT 1");
}

async function flipByte(path: string, at: number): Promise<void> {
  const handle = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
  await handle.close();
}

/** Another program that has written so many transactions into the log and keeps the file open. */
async function logWriter(world: MonitorWorld, transactions: number) {
  const writer = startSqliteProcess(LOG_WRITER, { args: [world.path("app.db"), String(transactions)] });
  expect(await writer.line()).toBe("written");
  return writer;
}

/** A threshold that whatever is measured exceeds. */
function strict(alerts: unknown): Make {
  return async (world) => {
    await world.configure(alerts);
    return ENDED;
  };
}

function unreachable(target: string, location: string): Make {
  return async (world) => {
    await world.configure({ "backup.age": {} }, { [target]: location });
    return { ...ENDED, also: ["backup.age"] };
  };
}

function unproven(target: string): Make {
  return async (world) => {
    await world.configure();
    await backUp(world, target, false);
    return ENDED;
  };
}

/** A backup that succeeds, then one whose compressor dies. */
function failed(target: string): Make {
  return async (world) => {
    await world.configure();
    await backUp(world, target);
    await mkdir(world.path("bin"));
    await writeFile(world.path("bin/zstd"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const env = { PATH: `${world.path("bin")}:${process.env.PATH}` };
    const { exit } = await world.run(["backup", target], { env });
    expect(exit).toBe(11);
    return ENDED;
  };
}

function allOf(parts: readonly AsyncDisposable[]): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      for (const part of parts) await part[Symbol.asyncDispose]();
    },
  };
}
