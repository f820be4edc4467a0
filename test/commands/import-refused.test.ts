import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { testContext } from "../support/driver-context.js";
import { onServer } from "../support/fresh-database.js";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";
import { runUnprivileged } from "../support/run-unprivileged.js";
import { sqlite } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

// Rights, locks and policies: each is an error of its own, and nothing is written.

async function open(title: string): Promise<ImportWorld> {
  const engine = IMPORT_ENGINES.find((one) => one.title === title);
  if (engine === undefined) throw new Error(`no engine ${title}`);
  return await engine.open();
}

test("a role without the right, and one that a policy would filter", async () => {
  await using world = await open("PostgreSQL");
  const role = `importer_${world.place.slice(-10)}`;
  await world.sql(
    `CREATE ROLE ${role} LOGIN`,
    "CREATE TABLE t (id int)",
    "CREATE TABLE s (id int)",
    "ALTER TABLE s ENABLE ROW LEVEL SECURITY",
  );
  await world.sql(`GRANT INSERT, SELECT ON s TO ${role}`, "CREATE POLICY few ON s USING (true) WITH CHECK (id > 1)");
  try {
    const url = new URL(world.place);
    url.username = role;
    await world.write("x.csv", "id\n1\n2\n");
    for (const table of ["t", "s"]) {
      const { exit, json } = await world.import("x.csv", url.href, "--table", table, "--max-errors", "5");
      expect([table, exit, json().error.code]).toEqual([table, 11, "DB.PERMISSION"]);
      expect(await world.rows(`SELECT * FROM ${table}`)).toEqual([]);
    }
  } finally {
    await world.sql(`DROP OWNED BY ${role}`);
    await onServer(inject("postgresUrl"), `DROP ROLE ${role}`);
  }
});

test("a file that another program writes is exit 7", async () => {
  await using tested = await testContext({ lockTimeoutMs: 50 });
  const path = join(tested.workDir, "t.db");
  sqlite(path, "CREATE TABLE t (id INTEGER)");
  const script = 'const db = new Database(args[0]); db.exec("BEGIN IMMEDIATE"); say("held"); stay()';
  const holder = startSqliteProcess(script, { args: [path] });
  await holder.line();
  try {
    await using driver = await sqliteEngine.open({ engine: "sqlite", name: "t", location: path }, tested.context);
    await using loader = await driver.openLoader({ maxFaults: 0 });
    await expect(loader.empty({ schema: null, name: "t" })).rejects.toMatchObject({ code: "LOCK.DATABASE", exit: 7 });
  } finally {
    await holder.kill();
  }
});

test("another run of dbops that changes the data is waited for, or exit 7", async () => {
  await using world = await open("SQLite");
  await world.sql("CREATE TABLE t (id INTEGER)");
  await world.write("t.csv", "id\n1\n");
  await using tested = await testContext();
  await using driver = await sqliteEngine.open({ engine: "sqlite", name: "t", location: world.place }, tested.context);
  await using _lock = await driver.lock({ purpose: "data", waitMs: 0, holder: { run: "r", command: "c" } });
  const { exit, json } = await world.import("t.csv", "app");
  expect([exit, json().error.code]).toEqual([7, "LOCK.HELD"]);
  expect((await world.import("t.csv", "app", "--preview", "1")).exit).toBe(0);
});

test("a file that may only be read", async () => {
  await using world = await open("SQLite");
  await world.sql("CREATE TABLE t (id INTEGER)");
  await world.write("t.csv", "id\n1\n");
  await chmod(world.folder, 0o755);
  await chmod(world.place, 0o444);
  const { exit, stderr } = await runUnprivileged(["import", "t.csv", "app"], world.folder);
  expect([exit, stderr]).toEqual([expect.any(Number), expect.stringMatching(/DB\.PERMISSION|CONNECT\.READ_ONLY/)]);
  expect(await world.rows("SELECT * FROM t")).toEqual([]);
});
