import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster, startStandby } from "../support/postgres-cluster.js";
import { type RunOptions, type RunResult, runCli } from "../support/run-cli.js";

let folder: string;
let primary: Cluster;
let standby: Cluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-standby-"));
  // The user that a throw-away server runs under must reach it.
  await chmod(folder, 0o755);
  primary = await startCluster({ settings: { synchronous_commit: "on" } });
  await onServer(primary.superuserUrl, "CREATE DATABASE app");
  await onServer(
    primary.url("app"),
    `CREATE TABLE t AS SELECT g AS id, 'row ' || g AS name FROM generate_series(1, 5000) g; CREATE SEQUENCE s START 42;
     CREATE UNLOGGED TABLE volatile AS SELECT 1 AS x; CREATE TABLE parts (x int) PARTITION BY LIST (x);
     CREATE TABLE part1 PARTITION OF parts FOR VALUES IN (1); INSERT INTO parts VALUES (1)`,
  );
  standby = await startStandby(primary);
  await replayed();
  await mkdir(join(folder, "scratch"));
  const targets = { app: standby.url("app"), main: primary.url("app") };
  const config = { version: 1, targets, backup: { store: "./store", scratch: "./scratch" } };
  await writeFile(join(folder, "dbops.yaml"), JSON.stringify(config));
});

afterAll(async () => {
  await standby.stop();
  await primary.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until the standby shows everything that the primary has written. */
async function replayed(): Promise<void> {
  const [now] = await onServer(primary.superuserUrl, "SELECT pg_current_wal_flush_lsn()::text AS lsn");
  const behind =
    "SELECT FROM (SELECT 1) one WHERE pg_last_wal_replay_lsn() IS NULL OR pg_last_wal_replay_lsn() < $1::pg_lsn";
  while ((await onServer(standby.superuserUrl, behind, [now?.lsn])).length > 0);
}

async function run(argv: readonly string[], options: Partial<RunOptions> = {}): Promise<RunResult> {
  return await runCli([...argv, "--json"], { cwd: folder, ...options });
}

async function backup(...flags: readonly string[]): Promise<string> {
  const { exit, stderr, json } = await run(["backup", "app", ...flags]);
  expect(exit, stderr).toBe(0);
  return json().data.backup.id;
}

test.each(["custom", "directory", "plain"])(
  "a backup from a standby is whole, proven, and says where it is from (%s)",
  async (format) => {
    const id = await backup("--verify", "restore", "--format", format);
    const manifest = JSON.parse(await readFile(join(folder, "store", `${id}.json`), "utf8"));
    expect(manifest.origin).toMatchObject({
      role: "standby",
      timeline: 1,
      systemIdentifier: expect.stringMatching(/^\d+$/),
      consistencyPoint: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    });
    const { tables, notCovered } = manifest.fingerprint;
    expect(tables).toContainEqual(expect.objectContaining({ name: "t", rows: 5000 }));
    expect(notCovered).toContainEqual(expect.objectContaining({ name: "public.volatile" }));
  },
);

test("a backup from a standby is restored into its primary", async () => {
  const id = await backup();
  const [before] = await onServer(primary.url("app"), "SELECT count(*)::int AS n FROM t");
  await onServer(primary.url("app"), "DELETE FROM t WHERE id > 10");
  const { exit, stderr } = await run(["restore", "main", "--from", id, "--confirm", "main"]);
  expect(exit, stderr).toBe(0);
  expect(await onServer(primary.url("app"), "SELECT count(*)::int AS n FROM t")).toEqual([before]);
  await replayed();
});

test.each([[[]], [["--in-place"]], [["--disconnect"]]])(
  "nothing is restored into a standby: exit 8, said before anything is done %j",
  async (flags) => {
    const id = await backup();
    const { exit, json } = await run(["restore", "app", "--from", id, "--confirm", "app", ...flags]);
    expect([exit, json().error.code]).toEqual([8, "UNSUPPORTED.SERVER"]);
    expect(json().error.message).toContain("this server is a standby: restore on its primary");
    const look = await run(["restore", "app", "--from", id, "--dry-run", ...flags]);
    expect([look.exit, look.json().error.code]).toEqual([8, "UNSUPPORTED.SERVER"]);
  },
);

test("into a new database of a standby neither", async () => {
  const id = await backup();
  const { exit, json } = await run(["restore", "app", "--from", id, "--to", standby.url("fresh")]);
  expect([exit, json().error.code]).toEqual([8, "UNSUPPORTED.SERVER"]);
});

test("info and doctor know it for a standby", async () => {
  const info = await run(["info", "app"]);
  expect(info.exit, info.stderr).toBe(0);
  expect(JSON.stringify(info.json().data)).toContain('"role":"standby"');
  const doctor = await run(["doctor", "app"]);
  expect([0, 4]).toContain(doctor.exit);
});
