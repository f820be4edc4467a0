import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { copyReportSchema } from "#dbops/lib/copy/copy-report.js";
import { type CopyWorld, copyWorld } from "../support/copy-world.js";

// A SQLite file into PostgreSQL, as users do it.

const SHOP = [
  "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT NOT NULL UNIQUE, active BOOLEAN NOT NULL DEFAULT 1)",
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, total REAL, at DATETIME DEFAULT CURRENT_TIMESTAMP)",
  "CREATE INDEX orders_by_user ON orders (user)",
  "INSERT INTO users (mail, active) VALUES ('a@x', 1), ('b@x', 0), ('gone@x', 1)",
  "DELETE FROM users WHERE mail = 'gone@x'",
  "INSERT INTO orders VALUES (1, 1, 0.1, '2026-01-31 08:00:00'), (2, 2, NULL, '2026-02-28 09:30:00')",
];

let world: CopyWorld;

beforeEach(async () => {
  world = await copyWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

describe("a file into an empty database", () => {
  test("arrives whole, proven, with types, keys, numbering and defaults", async () => {
    const from = world.file("shop.db", ...SHOP);
    const { exit, data, stderr } = await world.copy(from, world.db.url);
    expect([exit, stderr]).toEqual([0, stderr]);
    expect(copyReportSchema.parse(data)).toEqual(data);
    expect(data.tables.map(({ source, rows, checksum }) => [source, rows, checksum?.equal])).toEqual([
      ["users", 2, true],
      ["orders", 2, true],
    ]);
    expect(data).toMatchObject({ source: { unchanged: "yes" }, notCarried: [], resumable: false });
    const orders = await world.db.sql('SELECT id, "user", total, at::text FROM orders ORDER BY id');
    expect(orders).toEqual([
      { id: "1", user: "1", total: 0.1, at: "2026-01-31 08:00:00" },
      { id: "2", user: "2", total: null, at: "2026-02-28 09:30:00" },
    ]);
    await world.db.sql("INSERT INTO users (mail) VALUES ('new@x')");
    expect(await world.db.sql("SELECT id, active FROM users WHERE mail = 'new@x'")).toEqual([
      { id: "4", active: true },
    ]);
    await expect(world.db.sql("INSERT INTO users (mail) VALUES ('a@x')")).rejects.toThrow(/unique/);
    await world.db.sql("DELETE FROM users WHERE id = 1");
    expect(await world.db.sql("SELECT count(*)::int AS n FROM orders")).toEqual([{ n: 1 }]);
  });

  test("is only planned with --dry-run, with the same keys and nothing made", async () => {
    const from = world.file("shop.db", ...SHOP);
    const { exit, data } = await world.copy(from, world.db.url, "--dry-run");
    expect(exit).toBe(0);
    expect(copyReportSchema.parse(data)).toEqual(data);
    expect(data.tables[0]?.columns.map(({ name, from: declared, to }) => [name, declared, to])).toEqual([
      ["id", "INTEGER", "bigint"],
      ["mail", "TEXT", "text"],
      ["active", "BOOLEAN", "boolean"],
    ]);
    expect(data.tables.map(({ rows, checksum }) => [rows, checksum])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(await world.db.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
  });

  test("the plan is readable: types with evidence, the coming exit, the next command", async () => {
    const from = world.file("shop.db", ...SHOP, "CREATE TRIGGER tr AFTER INSERT ON users BEGIN SELECT 1; END");
    const { exit, stdout } = await world.run(["migrate", "copy", from, world.db.url, "--dry-run"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("NOT CARRIED");
    expect(stdout).toContain("users.tr");
    expect(stdout).toContain("this copy would end with exit 5");
    expect(stdout).toContain("next: dbops migrate copy ");
  });

  test("the next command says better what was given, and keeps all else", async () => {
    const from = world.file("mixed.db", "CREATE TABLE t (n INTEGER)", "INSERT INTO t VALUES (1), ('x')");
    const flags = ["--exclude-tables", "t2", "--on-mismatch", "fail", "--tight"];
    world.file("mixed.db", "CREATE TABLE t2 (n INTEGER)");
    const { stdout } = await world.run(["migrate", "copy", from, world.db.url, ...flags, "--dry-run"]);
    expect(stdout).toMatch(/next: .* --on-mismatch widen --exclude-tables t2 --tight\n/);
  });

  test("what is not carried makes it exit 5, and 0 when it is allowed", async () => {
    const from = world.file("shop.db", ...SHOP, "CREATE TRIGGER tr AFTER INSERT ON users BEGIN SELECT 1; END");
    const { exit, data } = await world.copy(from, world.db.url);
    expect([exit, data.notCarried]).toMatchObject([5, [{ kind: "triggers", name: "users.tr", class: "counted" }]]);
    const again = await world.copy(
      from,
      world.db.url,
      "--replace",
      "--confirm",
      world.db.url,
      "--allow-uncarried=triggers",
    );
    expect([again.exit, again.data.notCarried]).toMatchObject([0, [{ class: "allowed" }]]);
    expect(again.data.target.previous).toMatch(/^dbops_before_/);
  });
});

test.each([
  [["--tables", "users", "--exclude-tables", "users"], "no table is left to copy"],
  [["--data-only", "--numeric", "real"], "for tables that are made"],
  [["--data-only", "--no-strict"], "for tables that are made"],
  [["--data-only", "--no-origin"], "for tables that are made"],
  [["--schema-only", "--check-queries", "q.sql"], "compares rows"],
])("flags that leave nothing to do are refused: %j", async (flags, message) => {
  const { exit, error } = await world.copy(world.file("shop.db", ...SHOP), world.db.url, ...flags);
  expect([exit, error?.code]).toEqual([2, "USAGE.INVALID"]);
  expect(error?.message).toContain(message);
});

test("a report goes into a file that is new, and over nothing else", async () => {
  const from = world.file("shop.db", ...SHOP);
  const { exit, data } = await world.copy(from, world.db.url, "--report", "report.json");
  expect([exit, JSON.parse(await readFile(world.path("report.json"), "utf8"))]).toEqual([0, data]);
  const again = await world.copy(from, world.db.url, "--replace", "--confirm", world.db.url, "--report", "report.json");
  expect(again.error?.code).toBe("OUTPUT.EXISTS");
});

describe("what does not fit", () => {
  test("is refused before anything is made, with the place and the flag", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
      "INSERT INTO t VALUES (1, 1), (2, 'x')",
    );
    const { exit, error, data } = await world.copy(from, world.db.url);
    expect([exit, error?.code]).toEqual([11, "COPY.UNFIT"]);
    expect(error?.message).toContain("t.n");
    expect(error?.hint).toContain("--on-mismatch widen");
    expect(data.tables).toHaveLength(1);
    const plan = await world.copy(from, world.db.url, "--dry-run");
    expect([plan.exit, plan.warnings.length]).toEqual([4, 1]);
    const wide = await world.copy(from, world.db.url, "--on-mismatch", "widen");
    expect([wide.exit, wide.error]).toEqual([0, null]);
    expect(await world.db.sql("SELECT n FROM t ORDER BY id")).toEqual([{ n: "1" }, { n: "x" }]);
  });

  test("is left out into a file when asked for, and the copy is one in part", async () => {
    const from = world.file(
      "t.db",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
      "INSERT INTO t VALUES (1, 1), (2, 'x')",
    );
    expect((await world.copy(from, world.db.url, "--on-mismatch", "reject")).error?.code).toBe("USAGE.INVALID");
    const { exit, data, error } = await world.copy(
      from,
      world.db.url,
      "--on-mismatch",
      "reject",
      "--rejects",
      world.path("r.ndjson"),
    );
    expect([exit, error, data.tables[0]]).toMatchObject([5, null, { rows: 1, rejected: 1, checksum: { equal: true } }]);
  });
});

describe("the target", () => {
  test("must be empty, or give way by consent", async () => {
    const from = world.file("shop.db", ...SHOP);
    await world.db.sql("CREATE TABLE users (a int); INSERT INTO users VALUES (7)");
    const refused = await world.copy(from, world.db.url);
    expect([refused.exit, refused.error?.code]).toEqual([2, "COPY.TARGET_OCCUPIED"]);
    const unasked = await world.copy(from, world.db.url, "--replace");
    expect([unasked.exit, unasked.error?.code]).toEqual([2, "USAGE.CONSENT_MISSING"]);
    const { exit, data } = await world.copy(from, world.db.url, "--replace", "--confirm", world.db.url);
    expect(exit).toBe(0);
    expect(await world.db.sql(`SELECT a FROM "${data.target.previous}".users`)).toEqual([{ a: 7 }]);
  });

  test("is never filled in by DBOPS_TARGET, and -t is refused", async () => {
    const from = world.file("shop.db", ...SHOP);
    const one = await world.run(["migrate", "copy", from, "--json"], { env: { DBOPS_TARGET: world.db.url } });
    expect([one.exit, one.json().error.message]).toEqual([2, "missing required argument 'to'"]);
    const flagged = await world.copy(from, world.db.url, "-t", world.db.url);
    expect([flagged.exit, flagged.error?.message]).toEqual([2, "migrate copy takes FROM and TO, and no --target"]);
  });

  test("is not the source", async () => {
    const { exit, error } = await world.copy(world.db.url, world.db.url);
    expect([exit, error?.message]).toEqual([2, "FROM and TO are the same database"]);
  });
});

describe("status", () => {
  test("knows what was copied, without passwords, and refuses to resume what is done", async () => {
    const from = world.file("shop.db", ...SHOP);
    const { data } = await world.copy(from, world.db.url);
    const status = await world.run(["migrate", "copy", "status", data.run, "--json"]);
    expect(status.json().data.copies).toMatchObject([{ run: data.run, state: "done", phase: "publish", from }]);
    const resumed = await world.copy(from, world.db.url, "--resume", data.run);
    expect([resumed.exit, resumed.error?.code]).toEqual([2, "COPY.NOT_RESUMABLE"]);
    const unknown = await world.run(["migrate", "copy", "status", "nobody"]);
    expect(unknown.exit).toBe(2);
  });

  test("knows what failed; other databases than those of the run do not go on with it", async () => {
    const from = world.file("shop.db", ...SHOP);
    await writeFile(world.path("q.sql"), "SELECT 1 FROM nowhere");
    const failed = await world.copy(from, world.db.url, "--check-queries", world.path("q.sql"));
    expect(failed.error).not.toBeNull();
    const { run } = failed.data;
    const status = await world.run(["migrate", "copy", "status", run, "--json"]);
    expect(status.json().data.copies).toMatchObject([{ run, state: "failed", error: failed.error?.code }]);
    const resumed = await world.copy(world.file("other.db", ...SHOP), world.db.url, "--resume", run);
    expect([resumed.exit, resumed.error?.code]).toEqual([2, "COPY.NOT_RESUMABLE"]);
    expect(resumed.error?.message).toBe(`FROM is another database than that of ${run}`);
    const unknown = await world.copy(from, world.db.url, "--resume", "20200101T000000Z-abcdef");
    expect(unknown.error).toMatchObject({
      message: "nothing is known here of a copy 20200101T000000Z-abcdef",
      why: expect.stringContaining("ended while it was planned, when nothing had been begun"),
      hint: expect.stringContaining("begin the copy anew, without --resume"),
    });
  });

  test("a copy that works still is not taken up: its sessions would be ended", async () => {
    const from = world.file("shop.db", ...SHOP);
    await writeFile(world.path("q.sql"), "SELECT 1 FROM nowhere");
    const { data } = await world.copy(from, world.db.url, "--check-queries", world.path("q.sql"));
    const record = world.path(`state/dbops/copies/${data.run}.json`);
    const { outcome: _outcome, ...told } = JSON.parse(await readFile(record, "utf8"));
    await writeFile(record, JSON.stringify({ ...told, outcome: null }));
    const resumed = await world.copy(from, world.db.url, "--resume", data.run);
    expect([resumed.exit, resumed.error?.message]).toEqual([7, `the copy ${data.run} is still at work`]);
    const status = await world.run(["migrate", "copy", "status", data.run, "--json"]);
    expect(status.json().data.copies).toMatchObject([{ state: "working" }]);
    await writeFile(
      record,
      JSON.stringify({ ...told, outcome: null, resumable: null, process: { ...told.process, startTicks: "1" } }),
    );
    const killed = await world.run(["migrate", "copy", "status", data.run, "--json"]);
    expect(killed.json().data.copies).toMatchObject([{ state: "killed", resumable: true }]);
  });
});
