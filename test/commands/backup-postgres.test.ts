import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { createCommand } from "#dbops/commands/backup/create.js";
import { isAlive } from "#dbops/lib/system/processes.js";
import { fileAppears, startDbops } from "../support/dbops-process.js";
import { type PostgresWorld, postgresWorld } from "../support/postgres-world.js";
import { startProxy } from "../support/tcp-proxy.js";

const MEGABYTES = `CREATE TABLE big AS
  SELECT g AS id, string_agg(md5(g::text || h::text), '') AS filler
    FROM generate_series(1, 12000) g, generate_series(1, 40) h GROUP BY g`;

let world: PostgresWorld;

beforeEach(async () => {
  world = await postgresWorld(inject("postgresUrl"));
  // The throw-away server runs as another user when the tests run as root.
  await chmod(world.folder, 0o755);
});

afterEach(() => world[Symbol.asyncDispose]());

describe("a backup", () => {
  test("has the dump, roles and database properties as parts, and a fingerprint of tables and sequences", async () => {
    const { exit, json, stderr } = await world.run(["backup", "app", "--json"]);
    expect(exit, stderr).toBe(0);
    expect((await createCommand.schema()).parse(json().data)).toEqual(json().data);
    const { backup } = json().data;
    expect(backup).toMatchObject({ engine: "postgres", verified: "read", isPartial: false, target: "app" });
    expect(backup.parts.map(({ kind, file }: { kind: string; file: string }) => [kind, file])).toEqual([
      ["main", `${backup.id}.pgdump.zst`],
      ["globals", `${backup.id}.globals.sql.zst`],
      ["database", `${backup.id}.database.sql.zst`],
    ]);
    expect(backup.tables).toEqual([
      { kind: "table", schema: "public", name: "t", rows: 2000, hash: expect.any(String) },
      { kind: "sequence", schema: "public", name: "s", rows: null, hash: expect.any(String) },
    ]);
    expect(await leftovers()).toEqual([]);
  });

  test.each([
    [["--format", "plain"], "sql"],
    [["--format", "directory", "--jobs", "2"], "pgdir.tar"],
    [["--compress", "none"], "pgdump"],
  ])("%j can be proven", async (flags, extension) => {
    const id = await world.backup(...flags, "--verify", "restore");
    expect((await storeFiles()).some((name) => name.startsWith(`${id}.${extension}`))).toBe(true);
    expect((await listed())[0]?.state.kind).toBe("proven");
    expect(await leftovers()).toEqual([]);
  });

  test.each([[["--tables", "t"]], [["--exclude-tables", "t"]], [["--", "--schema-only"]]])(
    "%j is partial: listed, never the latest, never proof",
    async (flags) => {
      const whole = await world.backup();
      const { exit, json, stderr } = await world.run(["backup", "app", "--json", ...flags]);
      expect(exit, stderr).toBe(0);
      expect(json().data.backup.isPartial).toBe(true);
      expect((await listed()).map(({ state }) => state.kind)).toEqual(["partial", "read"]);
      const verified = await world.run(["backup", "verify", "app", "--json"]);
      expect(verified.json().data.verified[0].id).toBe(whole);
    },
  );

  test.each([["-f"], ["-F"], ["-j"], ["-Z"], ["-d"], ["-h"], ["-p"], ["-U"], ["-W"], ["--snapshot=x"], ["-C"]])(
    "-- %s belongs to dbops: exit 2, and nothing is stored",
    async (argument) => {
      const { exit, stderr } = await world.run(["backup", "app", "--", argument]);
      expect([exit, stderr]).toEqual([2, expect.stringContaining("cannot be handed to pg_dump")]);
      expect(await storeFiles()).toEqual([]);
    },
  );
});

describe("a flag that would do nothing is refused, and nothing is stored", () => {
  test.each([
    [["--compact"], 8, "UNSUPPORTED.ENGINE"],
    [["--jobs", "2"], 2, "only --format directory"],
    [["--jobs", "2", "--format", "plain"], 2, "only --format directory"],
  ])("%j is exit %i", async (flags, code, words) => {
    const { exit, stderr } = await world.run(["backup", "app", ...flags]);
    expect([exit, stderr]).toEqual([code, expect.stringContaining(words)]);
    expect(await storeFiles()).toEqual([]);
  });
});

describe("what goes wrong leaves a mark, and nothing that looks like a backup", () => {
  test("pg_dump fails after some megabytes", async () => {
    await world.db.sql(MEGABYTES);
    const run = await withProgram(
      "pg_dump",
      `case "$1" in --version) exec "$REAL" --version;; esac
       "$REAL" "$@" | head -c 5000000
       echo 'pg_dump: error: the disk of the server is on fire' >&2
       exit 1`,
    );
    const { exit, json } = await run(["backup", "app", "--json"]);
    expect([exit, json().error.code]).toEqual([11, "TOOL.FAILED"]);
    expect(json().error.why).toContain("on fire");
    await expectNothingHalf();
  });

  test("pg_dump ends well and has written nothing, or no archive", async () => {
    for (const script of ["exit 0", "echo 'no archive at all'"]) {
      const run = await withProgram("pg_dump", `case "$1" in --version) exec "$REAL" --version;; esac\n${script}`);
      const { exit, json } = await run(["backup", "app", "--json"]);
      expect(exit).toBeGreaterThanOrEqual(10);
      expect(json().error.code).toMatch(/^BACKUP\.(INCOMPLETE|DAMAGED)$/);
      await expectNothingHalf();
    }
  });

  test("pg_dump is older than the server", async () => {
    const run = await withProgram("pg_dump", 'echo "pg_dump (PostgreSQL) 9.6.24"');
    const { exit, json } = await run(["backup", "app", "--json"]);
    expect([exit, json().error.code]).toEqual([8, "TOOL.TOO_OLD"]);
    expect(json().error.hint).toContain("postgresql-client-");
    await expectNothingHalf();
  });

  test("kill -9 of pg_dump", async () => {
    await world.db.sql(MEGABYTES);
    const dbops = await startDbops(["backup", "app", "--level", "19", "--json"], { cwd: world.folder });
    const [pid] = await childrenOnceStoring("pg_dump");
    process.kill(pid ?? 0, "SIGKILL");
    const { exit, stdout } = await dbops.ended;
    expect([exit, JSON.parse(stdout).error.code]).toEqual([11, "TOOL.FAILED"]);
    expect(JSON.parse(stdout).error.message).toContain("SIGKILL");
    await expectNothingHalf();
  });

  test("the connection is cut in the middle", async () => {
    await world.db.sql(MEGABYTES);
    const url = new URL(world.db.url);
    await using proxy = await startProxy(url.hostname, Number(url.port));
    url.port = String(proxy.port);
    proxy.cutAfterBytes(3_000_000);
    const { exit, json } = await world.run(["backup", url.href, "--store", "store", "--fingerprint", "none", "--json"]);
    expect([exit, json().error.code, json().error.retryable]).toEqual([6, "CONNECT.LOST", true]);
    await expectNothingHalf();
  });

  test("SIGTERM: 143, and no pg_dump and no session of ours is left", async () => {
    await world.db.sql(MEGABYTES);
    const dbops = await startDbops(["backup", "app", "--level", "19"], { cwd: world.folder });
    await childrenOnceStoring("pg_dump");
    const marks = (await lockRecord()).children;
    dbops.signal("SIGTERM");
    const ended = await dbops.ended;
    expect(ended.exit, ended.stderr).toBe(143);
    for (const mark of marks) expect(await isAlive(mark)).toBe(false);
    await expectNothingHalf();
  });

  async function expectNothingHalf(): Promise<void> {
    expect((await storeFiles()).filter((name) => !name.endsWith(".failed.json"))).toEqual([]);
    expect((await storeFiles()).length).toBeGreaterThan(0);
    expect(await leftovers()).toEqual([]);
    await noSessionLeft();
  }
});

test("kill -9 of dbops: the next run ends its pg_dump, sweeps and works", async () => {
  await world.db.sql(MEGABYTES);
  const dbops = await startDbops(["backup", "app", "--level", "19"], { cwd: world.folder });
  const [pgDump] = await childrenOnceStoring("pg_dump");
  // A stopped child cannot notice that its parent has gone.
  process.kill(pgDump ?? 0, "SIGSTOP");
  const { children } = await lockRecord();
  await dbops.kill();
  const { exit, stderr } = await world.run(["backup", "app"]);
  expect(exit, stderr).toBe(0);
  expect(stderr).toContain(`ended process ${pgDump}`);
  for (const mark of children) expect(await isAlive(mark)).toBe(false);
  expect(await leftovers()).toEqual([]);
  expect((await listed()).map(({ state }) => state.kind)).toEqual(["read"]);
});

test("names with quotes, spaces, $(x), unicode and 63 bytes", async () => {
  const names = [`it's "so"`, "a b", "$(touch pwned)", "`id`", "Üñï 🐘", "-rf", "x".repeat(63)];
  for (const name of names) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await world.db.sql(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} AS SELECT 1 AS ${quoted}`);
  }
  const { exit, json, stderr } = await world.run(["backup", "app", "--verify", "restore", "--json"]);
  expect(exit, stderr).toBe(0);
  const tables = json().data.backup.tables.map(({ schema, name }: { schema: string; name: string }) => [schema, name]);
  expect(tables).toEqual(expect.arrayContaining(names.map((name) => [name, name])));
  expect(await readdir(world.folder)).not.toContain("pwned");
});

test("--store - sends one dump and nothing else", async () => {
  const { exit, stdout, stderr } = await world.run([
    "backup",
    "app",
    "--store",
    "-",
    "--compress",
    "none",
    "--format",
    "plain",
  ]);
  expect(exit, stderr).toBe(0);
  expect(stdout).toContain("PostgreSQL database dump complete");
  expect(stdout).not.toContain("next:");
});

/** Programs of the server's folder, one of them replaced by a script that finds the real one in $REAL. */
async function withProgram(name: string, script: string) {
  const real = inject("postgresBinDir");
  const binDir = world.path(`bin-${(await readdir(world.folder)).length}`);
  await mkdir(binDir);
  for (const program of ["pg_dump", "pg_dumpall", "pg_restore", "psql", "initdb", "postgres"]) {
    const body = program === name ? `REAL='${join(real, program)}'\n${script}` : `exec '${join(real, program)}' "$@"`;
    await writeFile(join(binDir, program), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  return (argv: readonly string[]) => world.run(argv, { env: { DBOPS_PG_BINDIR: binDir } });
}

async function storeFiles(): Promise<string[]> {
  const names = await readdir(world.path("store")).catch(() => []);
  return names.filter((name) => !name.startsWith(".") && name !== "RESTORE.md").sort();
}

async function leftovers(): Promise<string[]> {
  return [
    ...(await storeFiles()).filter((name) => name.endsWith(".partial")),
    ...(await readdir(world.path("scratch"))),
  ];
}

async function listed(): Promise<{ id: string; state: { kind: string } }[]> {
  return (await world.run(["backup", "list", "app", "--json"])).json().data.backups;
}

/** Pids of that name among the children of the run that has begun to store. */
async function childrenOnceStoring(program: string): Promise<number[]> {
  await fileAppears(world.folder, "store");
  await fileAppears(world.path("store"), ".pgdump.zst.");
  const pids: number[] = [];
  for (const { pid } of (await lockRecord()).children) {
    if ((await readFile(`/proc/${pid}/comm`, "utf8")).trim() === program) pids.push(pid);
  }
  expect(pids).toHaveLength(1);
  return pids;
}

async function lockRecord(): Promise<{ children: { pid: number; startTicks: string | null }[] }> {
  const [name = ""] = (await readdir(world.path("store"))).filter((file) => /^\.dbops-lock.*\.json$/.test(file));
  return JSON.parse(await readFile(world.path("store", name), "utf8"));
}

/** Servers notice a client's end a moment later: they are asked until they have. */
async function noSessionLeft(): Promise<void> {
  const ours = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dbops%'";
  while ((await world.db.sql(ours)).length > 0);
}

test.each([
  [["--tables", "nosuch"], /no matching tables/],
  [["--", "--schema=nosuch"], /no matching schemas/],
])("%j matches nothing: a hint, and no doubt about the complete backups", async (flags, why) => {
  await world.backup();
  const failed = await world.run(["backup", "app", "--json", ...flags]);
  const { error } = failed.json();
  expect([failed.exit, error.code]).toEqual([11, "TOOL.FAILED"]);
  expect(error.why).toMatch(why);
  expect(error.hint).toContain("dbops info");
  const health = await world.run(["backup", "health", "app", "--max-age", "25h", "--json"]);
  expect([health.exit, health.json().data.health[0].lastFailure]).toEqual([0, null]);
  const cleanup = await world.run(["cleanup", "backups", "app", "--yes", "--json"]);
  expect([cleanup.exit, cleanup.json().data.held]).toEqual([0, null]);
  expect((await listed()).length).toBe(1);
});
