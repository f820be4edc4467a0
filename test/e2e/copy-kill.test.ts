import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { startDbops } from "../support/dbops-process.js";
import { type FreshDatabase, freshDatabase, openSession, type Session } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";
import { ask, sqlite } from "../support/sqlite-files.js";
import { startProxy } from "../support/tcp-proxy.js";

const ROWS = 300_000;

/** What every test copies is made once. */
let stock: string;
let folder: string;
let from: string;
let target: FreshDatabase;
beforeAll(async () => {
  stock = await mkdtemp(join(tmpdir(), "dbops-copy-kill-"));
  sqlite(
    join(stock, "from.db"),
    "PRAGMA journal_mode = WAL",
    "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT, n REAL)",
    "CREATE TABLE loose (a, b)",
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO words SELECT i, 'word ' || i, i / 7.0 FROM n`,
    "CREATE INDEX by_word ON words (word)",
    "INSERT INTO loose SELECT word, id FROM words LIMIT 1000",
  );
});
afterAll(() => rm(stock, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-copy-kill-"));
  from = join(folder, "from.db");
  await copyFile(join(stock, "from.db"), from);
  target = await freshDatabase(inject("postgresUrl"));
});
afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The hidden place of the one run that there is; null while there is none. */
async function hiddenPlace({ sql }: Pick<Session, "sql"> = target): Promise<string | null> {
  const [row] = await sql("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'dbops\\_copy\\_%'");
  return row === undefined ? null : String(row.name);
}

/** Resolves when the condition holds in the hidden place. */
async function untilHolds(condition: (place: string) => string): Promise<void> {
  await using session = await openSession(target.url);
  while (!(await holds(session, condition)));
}

async function holds(session: Session, condition: (place: string) => string): Promise<boolean> {
  const place = await hiddenPlace(session);
  if (place === null) return false;
  const [row] = await session.sql(condition(place)).catch(() => []);
  return row?.ok === true;
}

/** Kills a copy as soon as the condition holds in the database, or when it has said the words. */
async function killWhen(argv: readonly string[], moment: ((place: string) => string) | string): Promise<string> {
  const copying = await startDbops(argv, { cwd: folder });
  if (typeof moment === "string") await copying.says(moment);
  else await untilHolds(moment);
  await copying.kill();
  const place = await hiddenPlace();
  expect(place).not.toBeNull();
  expect(await target.sql("SELECT to_regclass('public.words') AS name")).toEqual([{ name: null }]);
  return String(place).replace("dbops_copy_", "");
}

async function copy(...flags: readonly string[]) {
  const result = await runCli(["migrate", "copy", from, target.url, "--json", ...flags], { cwd: folder });
  return { exit: result.exit, document: result.json() };
}

/** What an uninterrupted copy proves: always the same, so that it is made once. */
let uninterrupted: unknown = null;

async function checksums(): Promise<unknown> {
  if (uninterrupted !== null) return uninterrupted;
  const { exit, document } = await copy();
  expect(exit).toBe(0);
  await target.sql("DROP TABLE words, loose, dbops_origin");
  uninterrupted = sums(document);
  return uninterrupted;
}

// biome-ignore lint/suspicious/noExplicitAny: documents are of every shape.
function sums(document: any): unknown {
  return document.data.tables.map((table: { readonly checksum: unknown }) => table.checksum);
}

const isMade = (place: string) => `SELECT to_regclass('"${place}".words') IS NOT NULL AS ok`;
const hasRows = (place: string) =>
  `SELECT count(*) > 0 AS ok FROM "${place}".dbops_copy_checkpoints WHERE table_name = 'words'`;

describe("a copy that was killed", () => {
  test.each([
    ["when tables were made", isMade],
    ["when a part was loaded", hasRows],
    ["when indexes were made", "making indexes, keys and references"],
  ])("%s goes on to the same end", async (_, moment) => {
    const expected = await checksums();
    const run = await killWhen(["migrate", "copy", from, target.url], moment);
    const { exit, document } = await copy("--resume", run);
    expect([exit, document.error]).toEqual([0, null]);
    expect(sums(document)).toEqual(expected);
    expect(await target.sql("SELECT count(*)::int AS n FROM words")).toEqual([{ n: ROWS }]);
    expect(await hiddenPlace()).toBeNull();
  });

  test("twice, and changed in between, has the source's rows of the last time", async () => {
    const argv = ["migrate", "copy", from, target.url];
    const run = await killWhen(argv, hasRows);
    sqlite(from, "UPDATE words SET word = 'other' WHERE id IN (5, 299999)", "INSERT INTO loose VALUES ('new', 1)");
    await killWhen([...argv, "--resume", run], "making indexes, keys and references");
    const { exit, document } = await copy("--resume", run);
    expect([exit, document.error]).toEqual([0, null]);
    expect(await target.sql("SELECT count(*)::int AS n FROM words WHERE word = 'other'")).toEqual([{ n: 2 }]);
    expect(await target.sql("SELECT count(*)::int AS n FROM loose")).toEqual([{ n: 1001 }]);
  });

  test("is not taken up when the source's tables have become others", async () => {
    const run = await killWhen(["migrate", "copy", from, target.url], hasRows);
    sqlite(from, "ALTER TABLE loose ADD COLUMN c");
    const { exit, document } = await copy("--resume", run);
    expect([exit, document.error?.code]).toEqual([10, "COPY.SOURCE_CHANGED"]);
    expect(await hiddenPlace()).toBe(`dbops_copy_${run}`);
  });
});

test("Ctrl-C keeps what is loaded and prints how to go on", async () => {
  const copying = await startDbops(["migrate", "copy", from, target.url], { cwd: folder });
  await untilHolds(hasRows);
  copying.signal("SIGINT");
  const { exit, stderr } = await copying.ended;
  expect(exit).toBe(130);
  const run = String(await hiddenPlace()).replace("dbops_copy_", "");
  expect(stderr).toMatch(new RegExp(`go on with dbops migrate copy .* --resume ${run}`));
  expect((await copy("--resume", run)).exit).toBe(0);
});

test("a connection that is cut is told as such, and the copy goes on from what is loaded", async () => {
  const server = new URL(target.url);
  await using proxy = await startProxy(server.hostname, Number(server.port));
  const through = new URL(target.url);
  through.port = String(proxy.port);
  const copying = runCli(["migrate", "copy", from, through.href, "--json"], { cwd: folder });
  await untilHolds(hasRows);
  proxy.cut();
  const { exit, json } = await copying;
  expect([exit, json().error.code, json().data.resumable]).toEqual([6, "CONNECT.LOST", true]);
  const { exit: resumed, document } = await copy("--resume", json().data.run);
  expect([resumed, document.error]).toEqual([0, null]);
  expect(await target.sql("SELECT count(*)::int AS n FROM words")).toEqual([{ n: ROWS }]);
});

describe("a copy into a file that was killed", () => {
  let to: string;
  beforeEach(async () => {
    to = join(folder, "to.db");
    await target.sql(
      `CREATE TABLE words (id bigint PRIMARY KEY, word text, n double precision);
       CREATE TABLE loose (a text, b bigint);
       INSERT INTO words SELECT i, 'word ' || i, i / 7.0 FROM generate_series(1, ${ROWS}) i;
       CREATE INDEX by_word ON words (word);
       INSERT INTO loose SELECT word, id FROM words WHERE id <= 1000`,
    );
  });

  async function copyOut(...flags: readonly string[]) {
    const result = await runCli(["migrate", "copy", target.url, to, "--json", ...flags], { cwd: folder });
    return { exit: result.exit, document: result.json() };
  }

  /** The name of what is built beside the file; null while nothing is. */
  async function built(): Promise<string | null> {
    return (
      (await readdir(folder)).find((name) => /\.dbops-copy-[^.]*$/.test(name) && !/-(?:wal|shm)$/.test(name)) ?? null
    );
  }

  async function hasChunk(): Promise<boolean> {
    const name = await built();
    if (name === null) return false;
    try {
      return (
        Number(ask(join(folder, name), "SELECT count(*) FROM dbops_copy_chunk WHERE \"table\" LIKE '%words%'")) > 0
      );
    } catch {
      return false;
    }
  }

  test.each([
    ["when a part was loaded", null],
    ["when indexes were made", "making indexes, keys and references"],
  ])("%s goes on to the same end", async (_, words) => {
    const copying = await startDbops(["migrate", "copy", target.url, to], { cwd: folder });
    if (words === null) while (!(await hasChunk()));
    else await copying.says(words);
    await copying.kill();
    const run = String(await built()).replace(/^.*dbops-copy-/, "");
    expect(await readdir(folder)).not.toContain("to.db");
    const { exit, document } = await copyOut("--resume", run);
    expect([exit, document.error]).toEqual([0, null]);
    expect(
      document.data.tables.map((table: { readonly checksum: { readonly equal: boolean } }) => table.checksum.equal),
    ).toEqual([true, true]);
    expect(ask(to, "SELECT count(*) FROM words")).toBe(ROWS);
    expect(ask(to, "SELECT count(*) FROM loose")).toBe(1000);
    expect(await built()).toBeNull();
  });
});
