import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type DbopsProcess, fileAppears, startDbops } from "../support/dbops-process.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";
import { runUnprivileged } from "../support/run-unprivileged.js";
import { ask, someRows, sqlite } from "../support/sqlite-files.js";
import { startProxy } from "../support/tcp-proxy.js";

const ROWS = 300_000;

let folder: string;
let db: FreshDatabase;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-copy-faults-"));
  db = await freshDatabase(inject("postgresUrl"));
});
afterEach(async () => {
  await db[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);

async function copy(...argv: readonly string[]) {
  const { exit, stderr, json } = await runCli(["migrate", "copy", ...argv, "--json"], { cwd: folder });
  return { exit, stderr, ...json() };
}

async function makeWords(): Promise<void> {
  await db.sql(
    `CREATE TABLE words (id bigint PRIMARY KEY, word text, n double precision);
     CREATE TABLE loose (a text, b bigint);
     INSERT INTO words SELECT i, 'word ' || i, i / 7.0 FROM generate_series(1, ${ROWS}) i;
     CREATE INDEX by_word ON words (word);
     INSERT INTO loose SELECT word, id FROM words WHERE id <= 1000`,
  );
}

/** What is in the folder of a copy that has not come to its end. */
async function built(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.includes("dbops-copy-"));
}

describe("Ctrl-C at a terminal", () => {
  const inTerminal = { env: { TERM: "xterm" }, isInTerminal: true } as const;

  async function interrupt(copying: DbopsProcess, words: string): Promise<string> {
    await copying.says(words);
    copying.type("\x03");
    const { exit, stdout } = await copying.ended;
    expect(exit, stdout).toBe(130);
    expect(stdout).toContain("RUN.INTERRUPTED (exit 130)");
    return stdout;
  }

  function runOf(said: string): string {
    return /--resume (\S+)/.exec(said)?.[1] ?? "";
  }

  test("in the plan leaves nothing", async () => {
    sqlite(at("from.db"), "PRAGMA journal_mode = WAL", ...someRows(100_000));
    const argv = ["migrate", "copy", "from.db", db.url];
    const said = await interrupt(await startDbops(argv, { cwd: folder, ...inTerminal }), "looking at all values");
    expect(said).not.toContain("--resume");
    expect(await db.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
    expect(
      await db.sql("SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", [db.name]),
    ).toEqual([]);
  });

  test.each(["copying 2 tables", "comparing every table"])(
    "at %s keeps what is there, and the command that it names goes on",
    async (words) => {
      await makeWords();
      const argv = ["migrate", "copy", db.url, "to.db"];
      const said = await interrupt(await startDbops(argv, { cwd: folder, ...inTerminal }), words);
      expect(await readdir(folder)).not.toContain("to.db");
      expect(runOf(said)).not.toBe("");
      const { exit, error, data } = await copy(db.url, at("to.db"), "--resume", runOf(said));
      expect([exit, error]).toEqual([0, null]);
      expect(
        data.tables.map(({ checksum }: { readonly checksum: { readonly equal: boolean } }) => checksum.equal),
      ).toEqual([true, true]);
      expect([ask(at("to.db"), "SELECT count(*) FROM words"), await built()]).toEqual([ROWS, []]);
    },
  );
});

describe("a source that is changed in the middle", () => {
  test.each(["DROP TABLE loose", "ALTER TABLE loose DROP COLUMN b", "ALTER TABLE loose ALTER COLUMN b TYPE text"])(
    "while the plan looks at it, by %s: exit 11, named, and nothing is visible",
    async (change) => {
      await makeWords();
      const holder = new pg.Client({ connectionString: db.url });
      await holder.connect();
      await holder.query("BEGIN; LOCK TABLE loose IN ACCESS EXCLUSIVE MODE");
      const copying = copy(db.url, at("to.db"));
      const waiting = "SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'loose'::regclass AND NOT granted";
      while ((await db.sql(waiting))[0]?.n === 0);
      await holder.query(`${change}; COMMIT`);
      await holder.end();
      const { exit, error } = await copying;
      expect([exit, error.code, error.message]).toEqual([11, "DB.CHANGED", expect.stringContaining("loose")]);
      expect([await built(), (await readdir(folder)).includes("to.db")]).toEqual([[], false]);
    },
  );
});

test("a table that is dropped while another one is copied: exit 11, named, and nothing is visible", async () => {
  await makeWords();
  const copying = copy(db.url, at("to.db"), "--jobs", "1");
  // The largest comes first: the file is there before its rows are read.
  await fileAppears(folder, "dbops-copy-");
  await db.sql("DROP TABLE loose");
  const { exit, error } = await copying;
  expect([exit, error.code, error.message]).toEqual([11, "DB.CHANGED", expect.stringContaining("public.loose")]);
  expect([await built(), (await readdir(folder)).includes("to.db")]).toEqual([[], false]);
});

test("a source whose connection is cut is told as such, and the copy goes on from what is loaded", async () => {
  await makeWords();
  const server = new URL(db.url);
  await using proxy = await startProxy(server.hostname, Number(server.port));
  const through = new URL(db.url);
  through.port = String(proxy.port);
  proxy.cutAfterBytes(4_000_000);
  const { exit, error, data } = await copy(through.href, at("to.db"));
  expect([exit, error.code, data.resumable]).toEqual([6, "CONNECT.LOST", true]);
  const resumed = await copy(db.url, at("to.db"), "--resume", data.run);
  expect([resumed.exit, resumed.error]).toEqual([0, null]);
  expect([ask(at("to.db"), "SELECT count(*) FROM words"), await built()]).toEqual([ROWS, []]);
});

test("a full disk at the target: exit 9, nothing visible, and with room again the copy goes on", async () => {
  await makeWords();
  const argv = ["migrate", "copy", db.url, "to.db"];
  const { exit, stdout } = await (await startDbops([...argv, "--json"], { cwd: folder, fileLimitKib: 4000 })).ended;
  const { error, data } = JSON.parse(stdout);
  expect([exit, error.code, data.resumable]).toEqual([9, "RESOURCE.DISK_FULL", true]);
  expect(await readdir(folder)).not.toContain("to.db");
  const resumed = await copy(db.url, at("to.db"), "--resume", data.run);
  expect([resumed.exit, resumed.error]).toEqual([0, null]);
  expect([ask(at("to.db"), "SELECT count(*) FROM words"), await built()]).toEqual([ROWS, []]);
});

describe("a user without rights", () => {
  test("on one of the tables: exit 11 with its name before anything is made, and without it the rest is copied", async () => {
    await db.sql(`CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int); CREATE ROLE "r_${db.name}" LOGIN;
      INSERT INTO a VALUES (1); GRANT SELECT ON a TO "r_${db.name}"`);
    try {
      const url = new URL(db.url);
      url.username = `r_${db.name}`;
      const { exit, error } = await copy(url.href, at("to.db"));
      expect([exit, error.code, error.message]).toEqual([11, "DB.PERMISSION", "cannot read public.b"]);
      expect([await built(), (await readdir(folder)).includes("to.db")]).toEqual([[], false]);
      const rest = await copy(url.href, at("to.db"), "--exclude-tables", "b");
      expect([rest.exit, rest.error]).toEqual([0, null]);
    } finally {
      await db.sql(`DROP OWNED BY "r_${db.name}"; DROP ROLE "r_${db.name}"`);
    }
  });

  test("to read the file, or to write beside the target: exit 6, and nothing is made", async () => {
    sqlite(at("from.db"), ...someRows(10));
    await db.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    await chmod(at("from.db"), 0o000);
    const unread = await runUnprivileged(
      ["migrate", "copy", "from.db", db.url, "--replace", "--yes", "--json"],
      folder,
    );
    expect([unread.exit, JSON.parse(unread.stdout).error.code]).toEqual([6, "CONNECT.NO_PERMISSION"]);
    await mkdir(at("closed"), { mode: 0o555 });
    const unwritten = await runUnprivileged(["migrate", "copy", db.url, "closed/to.db", "--json"], folder);
    expect([unwritten.exit, JSON.parse(unwritten.stdout).error.code]).toEqual([6, "CONNECT.READ_ONLY"]);
    expect(await readdir(at("closed"))).toEqual([]);
    expect(await db.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
  });
});
