import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { chmod, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";

/** A folder of a test's own that other users may enter. */
export async function testFolder(): Promise<AsyncDisposable & { readonly path: string; file(name: string): string }> {
  const path = mkdtempSync(join(tmpdir(), "dbops-sqlite-"));
  await chmod(path, 0o755);
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Runs statements on a file, making it when it is missing, and closes it. */
export function sqlite(path: string, ...statements: readonly string[]): void {
  const db = new Database(path);
  try {
    for (const statement of statements) db.exec(statement);
  } finally {
    db.close();
  }
}

/** The first column of the first row. */
export function ask(path: string, sql: string): unknown {
  const db = new Database(path);
  try {
    return db.prepare<unknown[], unknown>(sql).pluck().get();
  } finally {
    db.close();
  }
}

export function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Which files stand beside the database. */
export function sidecarNames(path: string): readonly string[] {
  return ["-wal", "-shm", "-journal"].filter((suffix) => existsSync(path + suffix));
}

/** Statements for a table of `rows` rows of about 500 bytes each. */
export function someRows(rows: number, table = "t"): readonly string[] {
  return [
    `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL, body BLOB)`,
    `CREATE INDEX ${table}_name ON ${table}(name)`,
    `INSERT INTO ${table} SELECT value, printf('row %d of many', value), value / 7.0, randomblob(450)
     FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${rows}) SELECT value FROM n)`,
  ];
}
