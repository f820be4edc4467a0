import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { expect } from "vitest";
import type { Manifest } from "#dbops/lib/backup/manifest.js";
import { type RunOptions, type RunResult, runCli } from "./run-cli.js";

const run = promisify(execFile);

export interface AgeKey {
  /** Path of the identity file. */
  readonly identity: string;
  readonly recipient: string;
}

/** A folder with a SQLite database `app.db`, a store, a scratch folder and a home of its own. */
export interface BackupWorld extends AsyncDisposable {
  readonly folder: string;
  readonly store: string;
  readonly scratch: string;
  /** The variables that every run gets. */
  readonly env: Readonly<Record<string, string>>;
  path(...names: readonly string[]): string;
  write(name: string, content: string | Uint8Array): Promise<string>;
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** Runs `dbops backup app.db` into the store, which must go well, and returns its manifest. */
  backup(flags?: readonly string[], options?: Partial<RunOptions>): Promise<Manifest>;
  /** Runs statements on `app.db`. */
  sql(...statements: readonly string[]): void;
  /** Names in the store that are neither hidden nor the note, sorted. */
  storeFiles(): Promise<string[]>;
  /** What a run may not leave behind: half files of the store and work folders. */
  leftovers(): Promise<string[]>;
  manifest(id: string): Promise<Manifest>;
  ageKey(name: string): Promise<AgeKey>;
}

/** `rows` is the number of rows of about 130 bytes in the table `t` of `app.db`. */
export async function backupWorld(rows = 500): Promise<BackupWorld> {
  const world = new TemporaryWorld(await mkdtemp(join(tmpdir(), "dbops-backup-")));
  await mkdir(world.scratch);
  world.sql(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB); CREATE INDEX t_name ON t (name)",
    `INSERT INTO t (name, body) SELECT printf('row %d äöü', value), randomblob(100)
       FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${rows}) SELECT value FROM n)`,
  );
  return world;
}

class TemporaryWorld implements BackupWorld {
  readonly store: string;
  readonly scratch: string;
  readonly env: Readonly<Record<string, string>>;

  constructor(readonly folder: string) {
    this.store = join(folder, "store");
    this.scratch = join(folder, "scratch");
    this.env = { DBOPS_BACKUP_SCRATCH: this.scratch };
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  run(argv: readonly string[], options: Partial<RunOptions> = {}): Promise<RunResult> {
    return runCli(argv, { cwd: this.folder, ...options, env: { ...this.env, ...options.env } });
  }

  async backup(flags: readonly string[] = [], options: Partial<RunOptions> = {}): Promise<Manifest> {
    const { exit, stdout, stderr } = await this.run(
      ["backup", "app.db", "--store", "store", "--json", ...flags],
      options,
    );
    expect(exit, stderr).toBe(0);
    return await this.manifest(JSON.parse(stdout).data.backup.id);
  }

  sql(...statements: readonly string[]): void {
    const database = new Database(this.path("app.db"));
    try {
      for (const statement of statements) database.exec(statement);
    } finally {
      database.close();
    }
  }

  async storeFiles(): Promise<string[]> {
    return (await namesIn(this.store)).filter((name) => !name.startsWith(".") && name !== "RESTORE.md");
  }

  async leftovers(): Promise<string[]> {
    const stored = (await namesIn(this.store)).filter((name) => name.endsWith(".partial"));
    return [...stored, ...(await namesIn(this.scratch))];
  }

  async manifest(id: string): Promise<Manifest> {
    return JSON.parse(await readFile(join(this.store, `${id}.json`), "utf8"));
  }

  async ageKey(name: string): Promise<AgeKey> {
    const identity = this.path(name);
    await run("age-keygen", ["-o", identity]);
    return { identity, recipient: (await run("age-keygen", ["-y", identity])).stdout.trim() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
