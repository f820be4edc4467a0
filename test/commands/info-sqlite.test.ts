import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { infoCommand } from "#dbops/commands/info/info.js";
import { runCli } from "../support/run-cli.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

let folder: Awaited<ReturnType<typeof testFolder>>;

beforeEach(async () => {
  folder = await testFolder();
  sqlite(
    folder.file("app.db"),
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, age INT CHECK (age > 0), at TEXT DEFAULT 'now')",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INT NOT NULL REFERENCES users (id) ON DELETE CASCADE)",
    "CREATE INDEX orders_user ON orders (user_id)",
    'CREATE TABLE "Weird $(x) name" (a)',
    "CREATE VIEW adults AS SELECT * FROM users WHERE age >= 18",
    "CREATE TRIGGER stamp AFTER INSERT ON users BEGIN SELECT 1; END",
    "INSERT INTO users (email) VALUES ('a@example.org'), ('b@example.org')",
    "INSERT INTO orders (user_id) VALUES (1)",
  );
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

async function info(...argv: readonly string[]) {
  return await runCli(["info", ...argv], { cwd: folder.path });
}

describe("one database", () => {
  test("as data, with every table in detail", async () => {
    const { exit, json } = await info("./app.db", "--json");
    const { data, command, targets } = json();
    expect([exit, command, targets]).toEqual([0, "info", ["app"]]);
    expect((await infoCommand.schema()).safeParse(data).error).toBeUndefined();
    const [{ target, ok, error, info: report }] = data.databases;
    expect({ target, ok, error }).toEqual({ target: "app", ok: true, error: null });
    expect(report).toMatchObject({ engine: "sqlite", title: "SQLite", label: folder.file("app.db"), role: null });
    expect(report.settings).toContainEqual({ name: "journal_mode", value: "delete" });
    expect(report.tables.map(({ name }: { name: string }) => name)).toEqual(["Weird $(x) name", "orders", "users"]);
    expect(report.tables[2]).toMatchObject({
      rows: 2,
      isEstimated: false,
      primaryKey: ["id"],
      referencedBy: [{ schema: null, table: "orders", columns: ["user_id"] }],
      checks: [{ sql: "age > 0" }],
      triggers: [{ name: "stamp" }],
    });
    expect(report.tables[1].foreignKeys[0]).toMatchObject({ references: { table: "users" }, onDelete: "CASCADE" });
    expect(report.views).toEqual([{ schema: null, name: "adults", isMaterialized: false }]);
  });

  test("for people, ending with what to type next", async () => {
    const { exit, stdout } = await info("./app.db");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/engine: +SQLite 3\.\d+\.\d+\n/);
    expect(stdout).toMatch(/journal_mode: +delete/);
    expect(stdout).toMatch(/^users +2 +8\.2 kB +4 +id +1 +-$/m);
    expect(stdout).toMatch(/^orders +1 .* users$/m);
    expect(stdout).toMatch(new RegExp(`next: dbops info ${folder.file("app.db")} --table \\w+\\n$`));
  });

  test("marks rows that the statistics estimate", async () => {
    for (const name of ["orders", "users", '"Weird $(x) name"']) sqlite(folder.file("app.db"), `ANALYZE ${name}`);
    sqlite(folder.file("app.db"), 'DROP TABLE "Weird $(x) name"', "INSERT INTO orders (user_id) VALUES (1)");
    const { stdout } = await info("./app.db");
    expect(stdout).toMatch(/^orders +~1 /m);
  });

  test("that is empty", async () => {
    await writeFile(folder.file("empty.db"), "");
    const { exit, stdout } = await info("./empty.db");
    expect(exit).toBe(0);
    expect(stdout).toContain("no tables");
  });
});

describe("--table", () => {
  test("shows one in detail", async () => {
    const { exit, stdout } = await info("./app.db", "--table", "users");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^email +TEXT +no +-$/m);
    expect(stdout).toMatch(/^at +TEXT +yes +'now'$/m);
    expect(stdout).toMatch(/^sqlite_autoindex_users_1 +email +yes/m);
    expect(stdout).toMatch(/^orders \(user_id\)$/m);
    expect(stdout).toMatch(/age > 0/);
    expect(stdout).toMatch(/^stamp +CREATE TRIGGER/m);
  });

  test("is found in another case, and alone in the data", async () => {
    const { json } = await info("./app.db", "--table", "weird $(X) name", "--json");
    const { table, databases } = json().data;
    expect(table).toBe("Weird $(x) name");
    expect(databases[0].info.tables).toHaveLength(1);
  });

  test("suggests what may have been meant", async () => {
    const { exit, json } = await info("./app.db", "--table", "user", "--json");
    expect([exit, json().error.hint]).toEqual([2, "did you mean users?"]);
    expect((await info("./app.db", "--table", "adults", "--json")).json().error.why).toContain("it is a view");
  });

  test("needs one target", async () => {
    await config("  one: app.db\n  two: other.db\n");
    const { exit, json } = await info("--table", "users", "--json");
    expect([exit, json().error.code]).toEqual([2, "USAGE.TARGET_MISSING"]);
  });
});

describe("all targets", () => {
  test("one that cannot be reached does not hide the others", async () => {
    await config("  app: app.db\n  gone: gone.db\n");
    const { exit, json } = await info("--json");
    const { ok, data, error, targets } = json();
    expect({ exit, ok, error, targets }).toEqual({ exit: 5, ok: true, error: null, targets: ["app", "gone"] });
    expect((await infoCommand.schema()).safeParse(data).error).toBeUndefined();
    expect(data.databases[0]).toMatchObject({ target: "app", ok: true, error: null });
    expect(data.databases[1]).toMatchObject({
      target: "gone",
      ok: false,
      info: null,
      error: { code: "CONNECT.FILE_MISSING" },
    });
    const human = await info();
    expect(human.exit).toBe(5);
    expect(human.stdout).toMatch(/^app +SQLite 3\S+ +\S+ kB +3 /m);
    expect(human.stdout).toContain(`gone: ${folder.file("gone.db")} does not exist`);
    expect(human.stdout).toMatch(/next: dbops doctor gone\n$/);
  });

  test("none of which can be reached are an error", async () => {
    await config("  gone: gone.db\n  lost: lost.db\n");
    const { exit, json } = await info("--json");
    expect([exit, json().error.code]).toEqual([6, "CONNECT.FILE_MISSING"]);
    expect(json().data.databases).toHaveLength(2);
  });

  test("of none, the way to the first one is shown", async () => {
    const { exit, json } = await info("--json");
    expect([exit, json().error.code]).toEqual([2, "USAGE.TARGET_MISSING"]);
    expect(json().error.hint).toContain("dbops init");
  });
});

async function config(targets: string): Promise<void> {
  await writeFile(folder.file("dbops.yaml"), `version: 1\ntargets:\n${targets}`);
}
