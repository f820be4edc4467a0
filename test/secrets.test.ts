import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { onServer } from "./support/fresh-database.js";
import { type Cluster, startCluster, superuserPassword } from "./support/postgres-cluster.js";
import { type RunResult, runCli } from "./support/run-cli.js";
import { someRows, sqlite } from "./support/sqlite-files.js";

// A password with every character that quoting may break on. Its beginning must appear nowhere.

const CANARY = "c4nary@:/#%é '\"\\$x";
const TRACE = "c4nary";

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster({ auth: "scram-sha-256" });
  await asSuperuser(`CREATE ROLE app SUPERUSER LOGIN PASSWORD '${CANARY.replaceAll("'", "''")}'`);
  await asSuperuser("CREATE DATABASE shop");
  await asSuperuser(
    "CREATE TABLE t AS SELECT g AS id, repeat(md5(g::text), 20) FROM generate_series(1, 1000) g",
    "shop",
  );
});

afterAll(() => cluster.stop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-secrets-"));
  // The throw-away server runs as another user when the tests run as root.
  await chmod(folder, 0o755);
  await mkdir(join(folder, "scratch"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const PLAIN = () => `postgres://app@127.0.0.1:${cluster.port}/shop`;
const URL_WITH_PASSWORD = () => `postgres://app:${encodeURIComponent(CANARY)}@127.0.0.1:${cluster.port}/shop`;

/** Every way to give dbops a password. */
const WAYS: readonly (readonly [name: string, prepare: () => Promise<Way>])[] = [
  ["in the URL of dbops.yaml", async () => ({ url: URL_WITH_PASSWORD() })],
  ["as a parameter of the URL", async () => ({ url: `${PLAIN()}?password=${encodeURIComponent(CANARY)}` })],
  [
    "by a variable that dbops.yaml refers to",
    async () => ({ url: { env: "SHOP" }, env: { SHOP: URL_WITH_PASSWORD() } }),
  ],
  ["by a variable inside the URL", async () => ({ url: "postgres://app:${PW}@127.0.0.1:${PORT}/shop", env: inUrl() })],
  ["by a file", async () => ({ url: { file: await written("url.txt", URL_WITH_PASSWORD()) } })],
  ["by a command", async () => ({ url: { command: `cat ${await written("url.txt", URL_WITH_PASSWORD())}` } })],
  ["in DATABASE_URL", async () => ({ url: null, env: { DATABASE_URL: URL_WITH_PASSWORD() } })],
  ["in .env beside dbops.yaml", async () => ({ url: { env: "SHOP" }, dotEnv: `SHOP="${URL_WITH_PASSWORD()}"\n` })],
  ["in PGPASSWORD", async () => ({ url: PLAIN(), env: { PGPASSWORD: CANARY } })],
  ["in a passfile", async () => ({ url: PLAIN(), env: { PGPASSFILE: await written("pgpass", passLine()) } })],
];

interface Way {
  readonly url: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly dotEnv?: string;
}

describe("a database password", () => {
  test.each(WAYS)("given %s, is shown by no command and in no process", async (_name, prepare) => {
    const { url, env = {}, dotEnv } = await prepare();
    if (url !== null) {
      const config = { version: 1, targets: { shop: { url } }, backup: { store: "./store", scratch: "./scratch" } };
      await writeFile(join(folder, "dbops.yaml"), JSON.stringify(config));
    }
    if (dotEnv !== undefined) await writeFile(join(folder, ".env"), dotEnv);
    const store = url === null ? ["--store", "store", "--scratch", "scratch"] : [];
    const programs = await recordedPrograms();
    const backup = await dbops(["backup", ...store, "--verify", "restore"], { ...env, ...programs.env });
    expect(backup.exit, backup.stderr).toBe(0);
    const started = ["pg_dump", "pg_dumpall", "pg_restore", "initdb", "zstd"];
    expect(await programs.started()).toEqual(expect.arrayContaining(started));
    expect(backup.stdout + backup.stderr).not.toContain(TRACE);
    expect(await filesThatHold(TRACE)).toEqual([]);
  });
});

describe("every command", () => {
  test("keeps the password of a URL on its command line and of its configuration to itself", async () => {
    const config = {
      version: 1,
      targets: { shop: URL_WITH_PASSWORD() },
      backup: { store: "./store", scratch: "./scratch" },
    };
    await writeFile(join(folder, "dbops.yaml"), JSON.stringify(config));
    const missing = URL_WITH_PASSWORD().replace("/shop", "/nowhere");
    const refused = `postgres://app:${TRACE}wrong@127.0.0.1:${cluster.port}/shop`;
    const outcomes = [];
    for (const argv of [
      ["backup", "shop"],
      ["backup", URL_WITH_PASSWORD()],
      ["backup", "-t", URL_WITH_PASSWORD(), "--", "--schema-only"],
      ["backup", missing],
      ["backup", refused],
      ["backup", URL_WITH_PASSWORD(), "--nonsense"],
      ["backup", URL_WITH_PASSWORD(), "extra"],
      ["backup", URL_WITH_PASSWORD(), "list"],
      ["bakcup", URL_WITH_PASSWORD()],
      ["backup", URL_WITH_PASSWORD().replace("postgres:", "mysql:")],
      ["backup", "list"],
      ["backup", "show", "shop_"],
      ["backup", "verify"],
      ["backup", "health", "--max-age", "1h"],
      ["backup", "drill"],
      ["cleanup", "backups", "--yes", "--dry-run"],
      ["restore", "--from", "latest", "--dry-run"],
      ["restore", URL_WITH_PASSWORD(), "--from", "latest"],
      ["restore", "shop", "--from", "latest", "--confirm", "other"],
      ["config", "show", "--sources"],
      ["info"],
      ["info", refused],
      ["doctor"],
      ["doctor", missing],
      ["init", "--force", "--dry-run"],
    ]) {
      for (const how of [["--verbose"], ["--json"]]) {
        const cut = argv.includes("--") ? argv.indexOf("--") : argv.length;
        const { exit, stdout, stderr } = await dbops([...argv.slice(0, cut), ...how, ...argv.slice(cut)]);
        expect([argv, `${stdout}${stderr}`.includes(TRACE)]).toEqual([argv, false]);
        outcomes.push(exit);
      }
    }
    expect(outcomes.filter((exit) => exit === 0).length).toBeGreaterThan(20);
    expect(outcomes).not.toContain(1);
    const files = await filesThatHold(TRACE);
    expect(files.filter((path) => !path.endsWith("dbops.yaml"))).toEqual([]);
    expect(existsSync(join(folder, "run.log"))).toBe(true);
    expect(existsSync(join(folder, ".home", "state", "dbops", "audit.jsonl"))).toBe(true);
  });
});

describe("a passphrase", () => {
  test.each([
    ["by BACKUP_ENCRYPTION_KEY", async () => ({ env: { BACKUP_ENCRYPTION_KEY: CANARY }, flags: [] })],
    [
      "by --passphrase-file",
      async () => ({ env: {}, flags: ["--passphrase-file", await written("pass", `${CANARY}\n`)] }),
    ],
  ])("given %s, is shown by no command and in no process", async (_name, prepare) => {
    const { env, flags } = await prepare();
    const target = ["--store", "store", "--scratch", "scratch", ...flags];
    const programs = await recordedPrograms();
    sqlite(join(folder, "shop.db"), ...someRows(1000));
    const backup = await dbops(["backup", "shop.db", ...target], { ...env, ...programs.env });
    expect(backup.exit, backup.stderr).toBe(0);
    const drill = await dbops(["backup", "drill", "shop.db", ...target, "--verbose"], { ...env, ...programs.env });
    expect(drill.exit, drill.stderr).toBe(0);
    expect(await programs.started()).toEqual(["zstd"]);
    for (const { stdout, stderr } of [backup, drill]) expect(stdout + stderr).not.toContain(TRACE);
    expect(await filesThatHold(TRACE)).toEqual([]);
  });
});

/** Given in files of the test's own, which may hold it. */
const given = new Set<string>();

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  await chmod(path, 0o600);
  given.add(path);
  return path;
}

function inUrl(): Record<string, string> {
  return { PW: encodeURIComponent(CANARY), PORT: String(cluster.port) };
}

function passLine(): string {
  return `*:*:*:app:${CANARY.replaceAll(/[\\:]/g, "\\$&")}\n`;
}

function dbops(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
  return runCli(["--log-file", "run.log", ...argv], { cwd: folder, env });
}

async function asSuperuser(sql: string, database = "postgres"): Promise<void> {
  await onServer(
    `postgres://postgres:${encodeURIComponent(superuserPassword)}@127.0.0.1:${cluster.port}/${database}`,
    sql,
  );
}

/** Files below the folder, records of programs among them, given ones and the configuration's own apart, whose bytes hold the words. */
async function filesThatHold(words: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const holding: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || given.has(path) || ["dbops.yaml", ".env"].includes(entry.name)) continue;
    if ((await readFile(path)).includes(words)) holding.push(path);
  }
  return holding;
}

interface Programs {
  readonly env: Readonly<Record<string, string>>;
  /** Names of those that were started. */
  started(): Promise<string[]>;
}

/** Every program that dbops may start writes its arguments and environment into a file of the folder first. */
async function recordedPrograms(): Promise<Programs> {
  const bin = join(folder, "bin");
  const records = join(folder, "records");
  await mkdir(bin);
  await mkdir(records);
  // The throw-away server runs as another user when the tests run as root.
  await chmod(records, 0o777);
  const names = ["pg_dump", "pg_dumpall", "pg_restore", "psql", "initdb", "postgres"];
  const real = [...names.map((name) => join(cluster.binDir, name)), "/usr/bin/zstd", "/usr/bin/age"];
  for (const path of real) {
    const record = `{ echo "$@"; tr '\\0' '\\n' < /proc/$$/environ; } > '${records}/${basename(path)}.'$$`;
    await writeFile(join(bin, basename(path)), `#!/bin/sh\n${record}\nexec '${path}' "$@"\n`, { mode: 0o755 });
  }
  return {
    env: { DBOPS_PG_BINDIR: bin, PATH: `${bin}:${process.env.PATH}` },
    started: async () => [...new Set((await readdir(records)).map((name) => name.split(".")[0] ?? ""))],
  };
}
