import { readFile, rm } from "node:fs/promises";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { Connection } from "#dbops/drivers/sqlite/connection.js";
import { makePrivateCopy } from "#dbops/drivers/sqlite/private-copy.js";
import { exists } from "#dbops/drivers/sqlite/swap-intent.js";
import { Worker } from "#dbops/drivers/sqlite/worker-client.js";
import { testContext } from "../support/driver-context.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

/** Writes every row again and again, each time in one transaction, whose pages go into the file at its end. */
const WRITER = `
  const db = new Database(args[0], { timeout: 60_000 });
  db.exec("PRAGMA cache_size = -200000; PRAGMA synchronous = OFF");
  const all = db.prepare("UPDATE t SET n = n + 1");
  all.run();
  say("begun");
  for (;;) all.run();`;

/** With a tiny cache: pages of what is never committed are in the file already. */
const KILLED = `
  const db = new Database(args[0]);
  db.exec("PRAGMA cache_size = 1; BEGIN; UPDATE t SET n = n + 1");
  process.kill(process.pid, "SIGKILL");`;

const rows = (count: number): string =>
  `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${count}) INSERT INTO t SELECT 0, printf('%.400c', 'x') FROM c`;

function rowsOf(path: string, sql: string): unknown[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}

test("a private copy is of one state, whatever others write meanwhile", async () => {
  await using folder = await testFolder();
  await using world = await testContext();
  const path = folder.file("busy.db");
  sqlite(path, "CREATE TABLE t(n INTEGER, filler TEXT)", rows(40_000));
  const open = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: 60_000 };
  using connection = new Connection(path, open);
  await using worker = await Worker.start(world.context);
  const file = { access: { path, isReadOnly: false, isImage: false, recovered: null }, connection, open };
  await using writer = startSqliteProcess(WRITER, { args: [path] });
  expect(await writer.line()).toBe("begun");
  const states = new Set<unknown>();
  while (states.size < 6) {
    const copy = await makePrivateCopy(worker, file, world.context);
    expect(rowsOf(copy, "SELECT count(*), count(DISTINCT n) FROM t")).toEqual([[40_000, 1]]);
    expect(rowsOf(copy, "PRAGMA integrity_check")).toEqual([["ok"]]);
    states.add(rowsOf(copy, "SELECT n FROM t LIMIT 1").flat()[0]);
    await rm(copy);
  }
});

test("a private copy has the bytes of the file, and what was left of it by a killed writer is rolled back", async () => {
  await using folder = await testFolder();
  await using world = await testContext();
  const path = folder.file("killed.db");
  sqlite(path, "CREATE TABLE t(n INTEGER, filler TEXT)", rows(500));
  await using killed = startSqliteProcess(KILLED, { args: [path] });
  await killed.exited;
  expect(await exists(`${path}-journal`)).toBe(true);
  const open = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: 0 };
  await using worker = await Worker.start(world.context);
  let copy = "";
  {
    using connection = new Connection(path, open);
    const access = { path, isReadOnly: false, isImage: false, recovered: null };
    copy = await makePrivateCopy(worker, { access, connection, open }, world.context);
  }
  expect(rowsOf(copy, "SELECT DISTINCT n FROM t")).toEqual([[0]]);
  expect((await readFile(copy)).equals(await readFile(path))).toBe(true);
});
