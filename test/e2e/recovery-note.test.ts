import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { type FreshDatabase, freshDatabase, onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster } from "../support/postgres-cluster.js";
import { runCli } from "../support/run-cli.js";

// What RESTORE.md tells people to type is typed here: by bash, with stock programs, on copies of the files alone.

const run = promisify(execFile);
const PASSPHRASE = "correct horse battery staple";

let folder: string;
let recipient: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-note-"));
  await run("age-keygen", ["-o", join(folder, "key.txt")]);
  recipient = (await run("age-keygen", ["-y", join(folder, "key.txt")])).stdout.trim();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("SQLite", () => {
  let rows: unknown[];

  beforeEach(() => {
    const database = new Database(join(folder, "app.db"));
    database.exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB); CREATE INDEX i ON t (b)");
    const insert = database.prepare("INSERT INTO t (b, c) VALUES (?, randomblob(200))");
    for (let row = 0; row < 500; row += 1) insert.run(`row ${row} äöü 🐘`);
    rows = database.prepare("SELECT a, b, quote(c) AS c FROM t").all();
    database.close();
  });

  test.each([
    ["zstd", true],
    ["zstd", false],
    ["gzip", true],
    ["gzip", false],
    ["none", true],
    ["none", false],
  ])("%s, encrypted: %s", async (compress, isEncrypted) => {
    await backup("app.db", ["--compress", compress, ...(isEncrypted ? ["--encrypt-to", recipient] : [])]);
    const place = await placeOfRecovery(isEncrypted);
    const { stdout } = await type(await onlyBlock(), place);
    expect(stdout).toMatch(/: OK\nok\n$/);
    expect(rowsOf(join(place, "restored.db"))).toEqual(rows);
  });

  test("with a passphrase, asked for at the terminal", async () => {
    await writeFile(join(folder, "secret"), `${PASSPHRASE}\n`);
    await backup("app.db", ["--passphrase-file", "secret"]);
    const place = await placeOfRecovery(false);
    await writeFile(join(place, "recover.sh"), await onlyBlock());
    const terminal = spawn("script", ["-qec", "bash -eo pipefail recover.sh", "/dev/null"], {
      cwd: place,
      stdio: ["pipe", "ignore", "ignore"],
    });
    terminal.stdin.end(`${PASSPHRASE}\n`);
    expect(await once(terminal, "close")).toEqual([0, null]);
    expect(rowsOf(join(place, "restored.db"))).toEqual(rows);
  });

  test("a flipped byte is found by the first command", async () => {
    await backup("app.db", ["--compress", "none"]);
    const place = await placeOfRecovery(false);
    const block = await onlyBlock();
    const file = join(place, /cp (\S+) restored\.db/.exec(block)?.[1] ?? "");
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(file, bytes);
    await expect(type(block, place)).rejects.toMatchObject({ code: 1 });
    expect(() => rowsOf(join(place, "restored.db"))).toThrow("unable to open");
  });

  function rowsOf(file: string): unknown[] {
    const database = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return database.prepare("SELECT a, b, quote(c) AS c FROM t").all();
    } finally {
      database.close();
    }
  }
});

describe("PostgreSQL, on a new machine", () => {
  const role = "owner of the note's test";
  let machine: Cluster;
  let source: FreshDatabase;

  beforeAll(async () => {
    machine = await startCluster();
    source = await freshDatabase(inject("postgresUrl"), "Shop's data");
    await source.sql(`CREATE ROLE "${role}"`);
    await source.sql(`ALTER DATABASE "Shop's data" OWNER TO "${role}"`);
    await source.sql(`ALTER DATABASE "Shop's data" SET work_mem = '37MB'`);
    await source.sql("CREATE TABLE t (a int PRIMARY KEY, b text, c bytea, d numeric)");
    await source.sql(`ALTER TABLE t OWNER TO "${role}"`);
    await source.sql(
      "INSERT INTO t SELECT g, repeat('ä', g % 50), decode(md5(g::text), 'hex'), g / 7.0 FROM generate_series(1, 2000) g",
    );
    await source.sql("CREATE INDEX ON t (b)");
  });

  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await onServer(inject("postgresUrl"), `DROP ROLE "${role}"`);
    await machine.stop();
  });

  afterEach(async () => {
    await onServer(machine.superuserUrl, `DROP DATABASE IF EXISTS "Shop's data"`);
    await onServer(machine.superuserUrl, "DROP DATABASE IF EXISTS newdb");
  });

  test.each([
    ["custom", "zstd", true],
    ["custom", "none", false],
    ["plain", "gzip", true],
    ["directory", "zstd", false],
  ])("%s, %s, encrypted: %s", async (format, compress, isEncrypted) => {
    const encryption = isEncrypted ? ["--encrypt-to", recipient] : [];
    await backup(source.url, ["--format", format, "--compress", compress, ...encryption]);
    const place = await placeOfRecovery(isEncrypted);
    const block = await onlyBlock();
    await type(block, place, serverEnvironment());
    expect(await contentOf("newdb")).toEqual(await contentOf(null));

    await onServer(machine.superuserUrl, `ALTER DATABASE newdb RENAME TO "Shop's data"`);
    await type(/^# {3}(psql .* -f database\.sql)$/m.exec(block)?.[1] ?? "false", place, serverEnvironment());
    const url = machine.url("Shop's data");
    expect(await onServer(url, "SHOW work_mem")).toEqual([{ work_mem: "37MB" }]);
    const owner = "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()";
    expect(await onServer(url, owner)).toEqual([{ owner: role }]);
  });

  function contentOf(database: string | null): Promise<Record<string, unknown>[]> {
    const sql = `SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) AS hash, pg_get_userbyid(c.relowner) AS owner,
                        (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid) AS indexes
                   FROM t, pg_class c WHERE c.oid = 't'::regclass GROUP BY c.oid, c.relowner`;
    return database === null ? source.sql(sql) : onServer(machine.url(database), sql);
  }

  function serverEnvironment(): Record<string, string> {
    return { PGHOST: machine.socketDir, PGPORT: String(machine.port), PGUSER: "postgres" };
  }
});

async function backup(target: string, flags: readonly string[]): Promise<void> {
  const { exit, stderr } = await runCli(["backup", target, "--store", "store", ...flags], { cwd: folder });
  expect(exit, stderr).toBe(0);
}

/** A copy of the store, as it would come from another machine, and the key when one is needed. */
async function placeOfRecovery(hasKey: boolean): Promise<string> {
  const place = join(folder, "recovery");
  await cp(join(folder, "store"), place, { recursive: true });
  if (hasKey) await cp(join(folder, "key.txt"), join(place, "key.txt"));
  return place;
}

/** The commands of the one backup in the store. */
async function onlyBlock(): Promise<string> {
  const note = await readFile(join(folder, "store", "RESTORE.md"), "utf8");
  const [, ...blocks] = [...note.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? "");
  expect(blocks).toHaveLength(1);
  return blocks.join("");
}

/** Runs commands with nothing of dbops in reach, stopping at the first that fails. */
function type(commands: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  const path = [inject("postgresBinDir"), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);
  return run("bash", ["-eo", "pipefail", "-c", commands], { cwd, env: { PATH: path, LC_ALL: "C.UTF-8", ...env } });
}
