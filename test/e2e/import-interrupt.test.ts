import { link, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { fileAppears, startDbops } from "../support/dbops-process.js";
import { onServer, openSession } from "../support/fresh-database.js";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";
import { startProxy } from "../support/tcp-proxy.js";

// An import that ends in the middle, however it ends, leaves every table exactly as it was.

const LINES = 1_000_000;
const SCRIPT_LINES = 500_000;

/** The big files are made once, and linked into each world. */
let stock: string;

beforeAll(async () => {
  stock = await mkdtemp(join(tmpdir(), "dbops-import-"));
  await writeFile(join(stock, "t.csv"), table(LINES));
  for (const { title } of IMPORT_ENGINES) await writeFile(join(stock, `${title}.sql`), script(title, SCRIPT_LINES));
});

afterAll(() => rm(stock, { recursive: true, force: true }));

async function bigFile(world: ImportWorld): Promise<void> {
  await link(join(stock, "t.csv"), join(world.folder, "t.csv"));
}

async function bigScript(world: ImportWorld, title: string): Promise<void> {
  await link(join(stock, `${title}.sql`), join(world.folder, "s.sql"));
}

/** Another content in the same place: what comes in the second time need not be much. */
async function replace(world: ImportWorld, name: string, content: string): Promise<void> {
  await rm(join(world.folder, name));
  await world.write(name, content);
}

function table(length: number): string {
  const lines = Array.from({ length }, (_, at) => `${at + 100},some text that fills a page after a while ${at}`);
  return `id,name\n${lines.join("\n")}\n`;
}

/** Deletes what is there, and puts rows in its place. */
function script(title: string, length: number): string {
  const ids = Array.from({ length }, (_, at) => at + 100);
  const rows = ids.map((id) =>
    title === "SQLite"
      ? `INSERT INTO t VALUES (${id}, 'some text that fills a page ${id}');`
      : `${id}\tsome text ${id}`,
  );
  const [before, after] = title === "SQLite" ? ["", ""] : ["COPY t (id, name) FROM stdin;\n", "\n\\."];
  return `DELETE FROM t;\n${before}${rows.join("\n")}${after}\n`;
}

/** Resolves when records are being put into the table. */
async function loads(world: ImportWorld, title: string): Promise<void> {
  if (title === "SQLite") return await fileAppears(world.folder, "app.db-journal");
  const running = "SELECT FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > 0";
  await using session = await openSession(world.place);
  while ((await session.sql(running)).length === 0);
}

describe.each(IMPORT_ENGINES)("$title", ({ title, integer, open }) => {
  const T = [`CREATE TABLE t (id ${integer} PRIMARY KEY, name text)`, "INSERT INTO t VALUES (1, 'old')"];

  test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("%s in the middle", async (signal) => {
    await using world = await open();
    await world.sql(...T);
    await bigFile(world);
    const flags = ["--mode", "truncate", "--confirm", "app"];
    const dbops = await startDbops(["import", "t.csv", "app", ...flags], { cwd: world.folder });
    await loads(world, title);
    dbops.signal(signal);
    const { exit } = await dbops.ended;
    expect(exit).toBe({ SIGKILL: null, SIGINT: 130, SIGTERM: 143 }[signal]);
    expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "old" }]);
    // Nobody holds a lock, and the same command does it.
    await replace(world, "t.csv", table(1000));
    const again = await startDbops(["import", "t.csv", "app", ...flags, "--lock-wait", "30s"], { cwd: world.folder });
    expect(await again.ended).toMatchObject({ exit: 0 });
    expect(await world.rows("SELECT min(id) AS least FROM t")).toEqual([{ least: 100 }]);
  });

  test.each(["SIGKILL", "SIGINT"] as const)("%s in the middle of a script", async (signal) => {
    await using world = await open();
    await world.sql(...T);
    await bigScript(world, title);
    const flags = ["--confirm", "app", "--lock-wait", "30s"];
    const dbops = await startDbops(["import", "s.sql", "app", ...flags], { cwd: world.folder });
    await loads(world, title);
    dbops.signal(signal);
    expect((await dbops.ended).exit).toBe({ SIGKILL: null, SIGINT: 130 }[signal]);
    expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "old" }]);
    await replace(world, "s.sql", script(title, 1000));
    const again = await startDbops(["import", "s.sql", "app", ...flags], { cwd: world.folder });
    expect(await again.ended).toMatchObject({ exit: 0 });
    expect(await world.rows("SELECT min(id) AS least FROM t")).toEqual([{ least: 100 }]);
  });
});

test("a connection that is cut in the middle leaves the table as it was", async () => {
  const [, engine] = IMPORT_ENGINES;
  if (engine === undefined) throw new Error("no server");
  await using world = await engine.open();
  await world.sql("CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'old')");
  await bigFile(world);
  const url = new URL(world.place);
  await using proxy = await startProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const dbops = await startDbops(["import", "t.csv", url.href], { cwd: world.folder });
  await loads(world, engine.title);
  proxy.cut();
  const { exit, stderr } = await dbops.ended;
  expect([exit, stderr]).toEqual([6, expect.stringContaining("CONNECT.LOST")]);
  expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "old" }]);
});

test("a commit whose answer is lost is asked for, and told as it was", async () => {
  const [, engine] = IMPORT_ENGINES;
  if (engine === undefined) throw new Error("no server");
  await using world = await engine.open();
  await world.sql("CREATE TABLE t (id int PRIMARY KEY, name text)");
  await world.write("t.csv", "id,name\n1,a\n");
  const url = new URL(world.place);
  await using proxy = await startProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const held = proxy.holdAnswerTo("COMMIT\0");
  const dbops = await startDbops(["import", "t.csv", url.href], { cwd: world.folder });
  await held;
  proxy.cut();
  expect(await dbops.ended).toMatchObject({ exit: 0 });
  expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "a" }]);
  await expect(onServer(inject("postgresUrl"), "SELECT 1 AS one")).resolves.toEqual([{ one: 1 }]);
});

test("Ctrl-C while the commit is on its way does not make a lie of what was committed", async () => {
  const [, engine] = IMPORT_ENGINES;
  if (engine === undefined) throw new Error("no server");
  await using world = await engine.open();
  await world.sql("CREATE TABLE t (id int PRIMARY KEY, name text)");
  await world.write("t.csv", "id,name\n1,a\n");
  const url = new URL(world.place);
  await using proxy = await startProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const held = proxy.holdAnswerTo("COMMIT\0");
  const running = world.run(["import", "t.csv", url.href], { interrupt: held.then(() => "SIGINT") });
  // The signal has been delivered when this goes on: its listener was there first.
  (await held).release();
  const { exit } = await running;
  expect([exit, await world.rows("SELECT * FROM t")]).toEqual([0, [{ id: 1, name: "a" }]]);
});

test.each(["DELETE", "WAL"])("a disk that is full leaves the file as it was: journal mode %s", async (mode) => {
  const [engine] = IMPORT_ENGINES;
  if (engine === undefined) throw new Error("no engine");
  await using world = await engine.open();
  await world.sql(`PRAGMA journal_mode = ${mode}`);
  await world.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", "INSERT INTO t VALUES (1, 'old')");
  await bigFile(world);
  const dbops = await startDbops(["import", "t.csv", "app"], { cwd: world.folder, fileLimitKib: 4000 });
  const { exit, stderr } = await dbops.ended;
  expect([exit, stderr]).toEqual([9, expect.stringContaining("RESOURCE.DISK_FULL")]);
  expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 1, name: "old" }]);
  expect(await world.rows("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});
