import { copyFile, open, readFile } from "node:fs/promises";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { PageFile } from "#dbops/drivers/sqlite/page-file.js";
import { hashRecords } from "#dbops/drivers/sqlite/record-hash.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

const NUMBERS =
  "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 4000) SELECT value FROM n";
/** Trees of several levels, in an order that is not the file's, with holes, overflowing rows and keys. */
const CONTENT = [
  "CREATE TABLE plain(id INTEGER PRIMARY KEY, name TEXT, body BLOB)",
  `INSERT INTO plain SELECT (value * 7919) % 100003, printf('name %d', value), zeroblob(value % 700) FROM (${NUMBERS})`,
  "CREATE TABLE keyed(a TEXT, b INTEGER, c BLOB, PRIMARY KEY (a, b)) WITHOUT ROWID",
  `INSERT INTO keyed SELECT hex(value * 7919 % 4001), value, zeroblob(value % 900) FROM (${NUMBERS})`,
  "CREATE INDEX by_name ON plain(name, body)",
  "DELETE FROM plain WHERE id % 5 = 0",
  "DELETE FROM keyed WHERE b % 7 = 0",
  `INSERT INTO plain SELECT 200000 + value, NULL, zeroblob(9000) FROM (${NUMBERS}) WHERE value <= 20`,
  "CREATE TABLE empty(a)",
];

interface Root {
  readonly name: string;
  readonly rootpage: number;
}

function rootsOf(path: string): readonly Root[] {
  const db = new Database(path, { readonly: true });
  const roots = db.prepare<[], Root>("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").all();
  db.close();
  return roots;
}

async function hashAll(path: string, roots = rootsOf(path)): Promise<Record<string, { rows: number; hash: string }>> {
  await using file = await PageFile.open(path);
  return Object.fromEntries(roots.map(({ name, rootpage }) => [name, hashRecords(file, rootpage)]));
}

test("a walk meets every row once, in trees of any page size", async () => {
  const seen = new Set<string>();
  for (const pageSize of [512, 1024, 4096, 65536]) {
    await using folder = await testFolder();
    const path = folder.file("a.db");
    sqlite(path, `PRAGMA page_size = ${pageSize}`, ...CONTENT);
    const db = new Database(path, { readonly: true });
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const expected = { plain: count("plain"), keyed: count("keyed"), empty: 0 };
    db.close();
    const found = await hashAll(path);
    expect(Object.fromEntries(Object.entries(found).map(([name, { rows }]) => [name, rows]))).toEqual(expected);
    seen.add(JSON.stringify(found));
  }
  expect(seen.size).toBe(1);
});

test("whatever byte is damaged, the walk ends: with other hashes or with the damage named", async () => {
  await using folder = await testFolder();
  const path = folder.file("a.db");
  sqlite(path, "PRAGMA page_size = 1024", ...CONTENT);
  const roots = rootsOf(path);
  const sound = JSON.stringify(await hashAll(path, roots));
  const bytes = await readFile(path);
  const damaged = folder.file("damaged.db");
  await copyFile(path, damaged);
  await using handle = await open(damaged, "r+");
  const outcomes = { same: 0, other: 0, named: 0 };
  // Type, free list, cell count, first pointers, content; the schema's own page is for SQLite to judge.
  const places = [0, 1, 3, 4, 8, 9, 12, 700];
  const pages = Array.from({ length: Math.floor(bytes.length / 1024 / 101) }, (_, index) => (1 + index * 101) * 1024);
  for (const at of pages.flatMap((page) => places.map((place) => page + place))) {
    await handle.write(Buffer.from([(bytes[at] ?? 0) ^ 0xff]), 0, 1, at);
    const found = await hashAll(damaged, roots).then(JSON.stringify, (error: unknown) => error);
    await handle.write(Buffer.from([bytes[at] ?? 0]), 0, 1, at);
    if (typeof found === "string") outcomes[found === sound ? "same" : "other"] += 1;
    else {
      expect(found).toBeInstanceOf(DbopsError);
      expect(found).toMatchObject({ code: "DB.DAMAGED" });
      outcomes.named += 1;
    }
  }
  expect(outcomes.other).toBeGreaterThan(100);
  expect(outcomes.named).toBeGreaterThan(10);
  expect(JSON.stringify(await hashAll(damaged))).toBe(sound);
});

test("a file that ends early is damage, named by its page", async () => {
  await using folder = await testFolder();
  const path = folder.file("a.db");
  sqlite(path, ...CONTENT);
  const roots = rootsOf(path);
  await using handle = await open(path, "r+");
  await handle.truncate(20 * 4096 + 100);
  await expect(hashAll(path, roots)).rejects.toMatchObject({
    code: "DB.DAMAGED",
    message: expect.stringMatching(/^page \d+ /),
  });
});
