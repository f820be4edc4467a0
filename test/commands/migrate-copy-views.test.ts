import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";
import { ask, sqlite, testFolder } from "../support/sqlite-files.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
let server: FreshDatabase;
beforeEach(async () => {
  folder = await testFolder();
  server = await freshDatabase(inject("postgresUrl"));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test("a view whose columns are kept otherwise at the target shows the same there", async () => {
  await server.sql(`
    CREATE TABLE orders (id int PRIMARY KEY, paid boolean, total numeric(20,4), at timestamptz, day date);
    INSERT INTO orders VALUES (1, true, 12.5000, '2026-01-02 03:04:05.6+02', '2026-01-02'), (2, false, 0.1000, NULL, NULL);
    CREATE VIEW plain AS SELECT id, paid, total, at, day FROM orders;
    CREATE VIEW renamed AS SELECT paid AS "Paid", at AS moment FROM plain;
    CREATE VIEW computed AS SELECT id, id > 1 AS late, CASE WHEN paid THEN 'yes' ELSE 'no' END AS word FROM orders`);
  const to = folder.file("to.db");
  const { exit, json } = await runCli(["migrate", "copy", server.url, to, "--json"], { cwd: folder.path });
  expect(json().data.notCarried).toEqual([]);
  expect([exit, json().error]).toEqual([0, null]);
  expect(
    ask(to, "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name)"),
  ).toBe("computed plain renamed");
  expect(ask(to, "SELECT late || word FROM computed WHERE id = 2")).toBe("1no");
});

test("a view that shows something else at the target stays behind, and comes back with the way back", async () => {
  const [from, back] = [folder.file("from.db"), folder.file("back.db")];
  // SQLite adds up without loss, PostgreSQL from the first to the last.
  const view = "CREATE VIEW v AS SELECT sum(r) AS s FROM t";
  const rows = "INSERT INTO t VALUES (1, 1e16), (2, 1.0), (3, -1e16)";
  sqlite(from, "CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL)", rows, view);
  const out = await runCli(["migrate", "copy", from, server.url, "--json"], { cwd: folder.path });
  expect([out.exit, out.json().error]).toEqual([5, null]);
  expect(out.json().data.notCarried).toMatchObject([{ kind: "views", name: "v", class: "counted", sql: view }]);
  const home = await runCli(["migrate", "copy", server.url, back, "--json"], { cwd: folder.path });
  expect([home.exit, home.json().error]).toEqual([0, null]);
  expect(ask(back, "SELECT sql FROM sqlite_schema WHERE name = 'v'")).toBe(view);
  expect(ask(back, "SELECT s FROM v")).toBe(1);
});
