import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type FreshDatabase, freshDatabase, onServer } from "./fresh-database.js";
import { type RunOptions, type RunResult, runCli } from "./run-cli.js";

/** A database `app` of its own on the shared server, configured in a folder with a store. */
export interface PostgresWorld extends AsyncDisposable {
  readonly folder: string;
  readonly db: FreshDatabase;
  path(...names: readonly string[]): string;
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** Takes a backup of `app`, which must go well, and returns its ID. */
  backup(...flags: readonly string[]): Promise<string>;
  /** `dbops restore app` with consent, as JSON. */
  restore(...flags: readonly string[]): Promise<RunResult>;
  restoreWith(options: Partial<RunOptions>, ...flags: readonly string[]): Promise<RunResult>;
  /** The rows of the table `t`, sorted. */
  rows(url?: string): Promise<unknown>;
  /** Databases that belong to this one: itself, kept states, unfinished copies. */
  databases(): Promise<string[]>;
}

const CONTENT = `CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL); CREATE INDEX ON t (name);
  INSERT INTO t SELECT g, 'row ' || g FROM generate_series(1, 2000) g; CREATE SEQUENCE s START 42; SELECT nextval('s')`;

export async function postgresWorld(serverUrl: string): Promise<PostgresWorld> {
  const folder = await mkdtemp(join(tmpdir(), "dbops-restore-"));
  const db = await freshDatabase(serverUrl);
  await db.sql(CONTENT);
  await mkdir(join(folder, "scratch"));
  const config = { version: 1, targets: { app: db.url }, backup: { store: "./store", scratch: "./scratch" } };
  await writeFile(join(folder, "dbops.yaml"), JSON.stringify(config));
  const run = (argv: readonly string[], options: Partial<RunOptions> = {}) => runCli(argv, { cwd: folder, ...options });
  const restoreWith = (options: Partial<RunOptions>, ...flags: readonly string[]) =>
    run(["restore", "app", "--confirm", "app", "--json", ...flags], options);
  return {
    folder,
    db,
    path: (...names) => join(folder, ...names),
    run,
    backup: async (...flags) => {
      const { exit, stderr, json } = await run(["backup", "app", "--json", ...flags]);
      expect(exit, stderr).toBe(0);
      return json().data.backup.id;
    },
    restore: (...flags) => restoreWith({}, ...flags),
    restoreWith,
    rows: async (url = db.url) => await onServer(url, "SELECT * FROM t ORDER BY id"),
    databases: () => databasesOf(serverUrl, db.name),
    [Symbol.asyncDispose]: async () => {
      for (const name of await databasesOf(serverUrl, db.name)) {
        await onServer(serverUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function databasesOf(serverUrl: string, name: string): Promise<string[]> {
  const found = await onServer(
    serverUrl,
    `SELECT datname FROM pg_database d WHERE datname = $1 OR datname LIKE $1 || '\\_before\\_%'
        OR shobj_description(oid, 'pg_database') LIKE '%"of":"' || $1 || '"%' ORDER BY 1`,
    [name],
  );
  return found.map(({ datname }) => String(datname));
}
