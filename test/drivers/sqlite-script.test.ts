import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { LoadedCopy } from "#dbops/drivers/restore-model.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { sourceOf } from "../support/snapshots.js";
import { ask, sqlite, testFolder } from "../support/sqlite-files.js";

const run = promisify(execFile);
const BESIDE = { jobs: 1, isInPlace: false };
const NOW = { disconnect: false, waitMs: 0, at: new Date("2026-09-01T02:15:00Z") };

/** Root of a container often may not. */
const CAN_MOUNT = canMount();

/** All that a dump writes in a way of its own. */
const EVERYTHING = [
  "CREATE TABLE plain (a, b TEXT, c REAL, d BLOB)",
  `INSERT INTO plain VALUES
     (1, 'it''s; -- no comment', 0.1, x'00ff27'), (9223372036854775807, 'zwei' || char(10) || ';' || char(13) || '.quit', 1e300, NULL),
     (-9223372036854775808, 'äöü€😀', -9e999, x''), (2.5, CAST(x'61ff62c328' AS TEXT), 9e999, zeroblob(300)), (NULL, '/* "', -0.5, x'3b')`,
  `INSERT INTO plain SELECT value, printf('row %d', value), value / 7.0, randomblob(40)
     FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 3000) SELECT value FROM n)`,
  "INSERT INTO plain (b) VALUES (replace(hex(zeroblob(500000)), '00', 'ab;' || char(10) || '''--'))",
  'CREATE TABLE "or;der ""x""" (id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" DEFAULT (1 + 1) CHECK ("a b" <> \';\') /* why; */)',
  'INSERT INTO "or;der ""x""" (id) VALUES (5), (700)',
  'DELETE FROM "or;der ""x""" WHERE id = 700',
  "CREATE TABLE made (id INTEGER PRIMARY KEY, twice AS (id * 2) STORED, more AS (id + 1) VIRTUAL, last)",
  "INSERT INTO made (id, last) VALUES (1, 'x'), (2, 'y')",
  "CREATE TABLE keyed (k TEXT, n INTEGER, v ANY, PRIMARY KEY (k, n DESC)) WITHOUT ROWID, STRICT",
  "INSERT INTO keyed VALUES ('b', 1, 1.5), ('a', 2, 'two'), ('a', 3, x'03')",
  "CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES later (id))",
  "CREATE TABLE later (id INTEGER PRIMARY KEY)",
  "INSERT INTO later VALUES (1)",
  "INSERT INTO child VALUES (1, 1)",
  "CREATE VIRTUAL TABLE words USING fts5 (title, body, tokenize = 'porter')",
  "INSERT INTO words VALUES ('one; two', 'running words'), ('three', 'ran')",
  "CREATE VIRTUAL TABLE places USING rtree (id, x0, x1)",
  "INSERT INTO places VALUES (1, 0.5, 1.5), (2, -1, 3)",
  "CREATE INDEX by_lower ON plain (lower(b) COLLATE NOCASE DESC) WHERE a > 10",
  "CREATE VIEW seen AS SELECT CASE WHEN a > 1 THEN 'big' END AS \"end\" FROM plain; ",
  "CREATE TRIGGER after_made AFTER INSERT ON made BEGIN SELECT CASE WHEN 1 THEN 2 END; INSERT INTO plain (a) VALUES (new.id); END",
  "PRAGMA foreign_keys = OFF",
  "ANALYZE",
];

async function load(folder: Folder, script: string | Buffer, world: TestContext): Promise<LoadedCopy> {
  const address = { engine: "sqlite", name: "new", location: folder.file("new.db") };
  const restorer = await sqliteEngine.restorer(address, world.context);
  return await restorer.load(sourceOf("sql", Buffer.from(script)), BESIDE);
}

type Folder = Awaited<ReturnType<typeof testFolder>>;

/** Loads it for good and gives the file. */
async function loaded(folder: Folder, script: string | Buffer, world: TestContext): Promise<string> {
  await using copy = await load(folder, script, world);
  await copy.swap(NOW);
  return folder.file("new.db");
}

describe("what the sqlite3 program has dumped", () => {
  test("is the same database afterwards, in every table and every word of its structure", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("app.db");
    sqlite(path, ...EVERYTHING);
    await run("sh", ["-c", 'sqlite3 "$1" .dump | gzip > "$1.sql.gz"', "sh", path]);
    const dump = gunzipSync(readFileSync(`${path}.sql.gz`));
    expect(dump.toString("latin1")).toContain("PRAGMA writable_schema=ON");
    await using driver = await sqliteEngine.open({ engine: "sqlite", name: "app", location: path }, world.context);
    const wanted = await driver.fingerprint("hash");

    await using copy = await load(folder, dump, world);
    expect(await copy.fingerprint("hash")).toEqual(wanted);
    await copy.swap(NOW);
    expect(ask(folder.file("new.db"), "SELECT title FROM words('run') WHERE rank < 0 LIMIT 1")).toBe("one; two");
    expect(ask(folder.file("new.db"), "SELECT id FROM places WHERE x0 < 0")).toBe(2);
    sqlite(folder.file("new.db"), 'INSERT INTO "or;der ""x""" DEFAULT VALUES');
    expect(ask(folder.file("new.db"), 'SELECT max(id) FROM "or;der ""x"""')).toBe(701);
    expect(world.notices).toEqual([]);
  });

  test("an empty database too", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = await loaded(folder, "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCOMMIT;\n", world);
    expect(statSync(path).size).toBeGreaterThan(0);
    expect(ask(path, "PRAGMA integrity_check")).toBe("ok");
  });

  test("newer programs' way to write control characters, and NUL", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const script = `BEGIN TRANSACTION;
      CREATE TABLE t(v);
      INSERT INTO t VALUES(unistr('a\\u000ab\\u0007;')), ('a'||char(0)||'b'), (unistr('x\\u0000y')), (X'00000a');
      COMMIT;\r\n`;
    const path = await loaded(folder, script, world);
    const values = ask(path, "SELECT group_concat(hex(v), ' ') FROM t");
    expect(values).toBe("610A62073B 610062 780079 00000A");
  });

  test("of the application id, versions and page size that others set", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const script =
      "PRAGMA page_size=8192; PRAGMA user_version=7; PRAGMA application_id=99; PRAGMA journal_mode=WAL; CREATE TABLE t(a); VACUUM;";
    const path = await loaded(folder, script, world);
    const settings = ["page_size", "user_version", "application_id", "journal_mode"].map((name) =>
      ask(path, `PRAGMA ${name}`),
    );
    expect(settings).toEqual([8192, 7, 99, "wal"]);
  });

  test("one statement of 20 MB, come in small pieces", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const rows = Array.from({ length: 20 }, (_, row) => `(${row}, '${"ö;\n'' ".repeat(150_000)}')`);
    const path = await loaded(folder, `CREATE TABLE t(a, b);\nINSERT INTO t VALUES ${rows.join(",\n")};\n`, world);
    expect(ask(path, "SELECT count(*) || ' ' || sum(length(b)) FROM t")).toBe(`20 ${20 * 5 * 150_000}`);
  });
});

describe("as the sqlite3 program would load it", () => {
  test("rows may come before the rows that they refer to, and those that never come are told", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const script =
      "CREATE TABLE c(p REFERENCES p(id)); CREATE TABLE p(id INTEGER PRIMARY KEY); INSERT INTO c VALUES (1), (2), (3); INSERT INTO p VALUES (1);";
    const path = await loaded(folder, script, world);
    expect(ask(path, "SELECT count(*) FROM c")).toBe(3);
    expect(world.notices.join()).toContain("2 rows refer to rows that do not exist");
  });

  test("an index that cannot be unique any more, or whatever else fails, ends it", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const failing = [
      ["CREATE TABLE t(a);\nINSERT INTO t VALUES (1), (1);\nCREATE UNIQUE INDEX i ON t(a);", "line 3: UNIQUE"],
      ["CREATE TABLE t(a);\n\nINSERT INTO u VALUES (1);", "line 3: no such table: u"],
      ["SET statement_timeout = 0;", 'line 1: near "SET"'],
      ["SELECT load_extension('./x.so');", "line 1: not authorized"],
      ["CREATE TABLE t(a DEFAULT '\xff');", "line 1: it is not UTF-8 text"],
      ["CREATE TRIGGER r;\nATTACH 'x.db' AS x;\nEND;", "line 1: near"],
    ] as const;
    for (const [script, why] of failing) {
      const error = await load(folder, Buffer.from(script, "latin1"), world).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "DB.REFUSED", why: expect.stringContaining(why) });
      expect(readdirSync(folder.path), script).toEqual([]);
    }
  });

  test("nothing reaches outside the new file", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const other = folder.file("other.db");
    for (const statement of [`ATTACH '${other}' AS o;`, `VACUUM INTO '${other}';`, `.once ${other}`]) {
      const error = await load(folder, `CREATE TABLE t(a);\n${statement}\n`, world).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "DB.REFUSED", why: expect.stringContaining("line 2: ") });
      expect(existsSync(other), statement).toBe(false);
      expect(readdirSync(folder.path)).toEqual([]);
    }
  });
});

describe("what is not whole", () => {
  test("cut anywhere, a dump is refused and leaves nothing", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    sqlite(folder.file("app.db"), "CREATE TABLE t(a, b)", "INSERT INTO t VALUES (1, 'a;b'), (2, 'c')");
    const { stdout } = await run("sqlite3", [folder.file("app.db"), ".dump"]);
    for (const length of [stdout.length - 2, stdout.indexOf("COMMIT"), stdout.indexOf("b');"), 40]) {
      const error = await load(folder, stdout.slice(0, length), world).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "BACKUP.DAMAGED" });
    }
    const open = await load(folder, "SAVEPOINT a; CREATE TABLE t(a);", world).catch((thrown: unknown) => thrown);
    expect(open).toMatchObject({ code: "BACKUP.DAMAGED", why: expect.stringContaining("transaction") });
    expect(readdirSync(folder.path)).toEqual(["app.db"]);
  });

  test("a dump that its program ended with ROLLBACK is refused", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    sqlite(folder.file("app.db"), "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
    const { stdout } = await run("sqlite3", [folder.file("app.db"), ".dump"]);
    const failed = stdout.replace("COMMIT;", "ROLLBACK; -- due to errors");
    const error = await load(folder, failed, world).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "BACKUP.DAMAGED", why: expect.stringContaining("ROLLBACK") });
  });

  test("a database whose structure a script has broken is found by the check", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const script =
      "CREATE TABLE t(a); PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage = 77 WHERE name = 't';";
    const error = await load(folder, script, world).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "BACKUP.DAMAGED" });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

test("an abort in the middle of an endless statement ends it and leaves nothing", async () => {
  await using folder = await testFolder();
  await using world = await testContext();
  const endless =
    "CREATE TABLE t(a); INSERT INTO t WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n) SELECT v FROM n WHERE v < 0;";
  const loading = load(folder, endless, world).catch((thrown: unknown) => thrown);
  while (world.children.live.length === 0) await new Promise((resolve) => setImmediate(resolve));
  world.abort.abort(new Error("enough"));
  expect(await loading).toMatchObject({ message: "enough" });
  expect(readdirSync(folder.path)).toEqual([]);
});

describe("a disk that is full", () => {
  const rows = `CREATE TABLE t(a);\n${`INSERT INTO t VALUES ('${"x".repeat(900)}');\n`.repeat(4000)}`;

  test.runIf(CAN_MOUNT)("is named as such, and freed again", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path]);
    try {
      const error = await load(folder, rows, world).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "RESOURCE.DISK_FULL" });
      expect(readdirSync(folder.path)).toEqual([]);
    } finally {
      execFileSync("umount", [folder.path]);
    }
  });
});

test("into a scratch place, where a proof looks at it", async () => {
  await using world = await testContext();
  const request = { dir: world.scratchDir, url: null, serverVersion: null };
  await using scratch = await sqliteEngine.openScratch(request, world.context);
  const copy = await scratch.load(sourceOf("sql", Buffer.from("CREATE TABLE t(a); INSERT INTO t VALUES (1);")), {
    jobs: 1,
  });
  expect((await copy.fingerprint("counts")).tables).toMatchObject([{ name: "t", rows: 1 }]);
  const broken = sourceOf("sql", gzipSync("CREATE TABLE t(a);"));
  await expect(scratch.load(broken, { jobs: 1 })).rejects.toMatchObject({ code: "BACKUP.DAMAGED" });
});

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "dbops-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
