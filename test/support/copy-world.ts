import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { CopyReport } from "#dbops/lib/copy/copy-report.js";
import { type FreshDatabase, freshDatabase } from "./fresh-database.js";
import { type RunOptions, type RunResult, runCli } from "./run-cli.js";

/** A folder for SQLite files, and an empty database of its own on the server. */
export interface CopyWorld extends AsyncDisposable {
  readonly db: FreshDatabase;
  path(name: string): string;
  /** Makes, or changes, a file. */
  file(name: string, ...statements: readonly string[]): string;
  /** The rows of a query on a file, and on others by the names that they are attached as. */
  rows(name: string, sql: string, attached?: Readonly<Record<string, string>>): readonly unknown[];
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** `dbops migrate copy FROM TO FLAGS --json`. */
  copy(from: string, to: string, ...flags: readonly string[]): Promise<CopyResult>;
}

export interface CopyResult {
  readonly exit: number;
  readonly data: CopyReport;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly why: string | null;
    readonly hint: string | null;
  } | null;
  readonly warnings: readonly string[];
  readonly stderr: string;
}

export async function copyWorld(serverUrl: string): Promise<CopyWorld> {
  const folder = await mkdtemp(join(tmpdir(), "dbops-copy-"));
  const db = await freshDatabase(serverUrl);
  const path = (name: string): string => join(folder, name);
  const run = (argv: readonly string[], options: Partial<RunOptions> = {}): Promise<RunResult> => {
    const env = { XDG_STATE_HOME: path("state"), BACKUP_DIR: path("store"), ...options.env };
    return runCli(argv, { cwd: folder, ...options, env });
  };
  return {
    db,
    path,
    file: (name, ...statements) => {
      const file = new Database(path(name));
      for (const statement of statements) file.exec(statement);
      file.close();
      return path(name);
    },
    rows: (name, sql, attached = {}) => {
      const file = new Database(path(name), { readonly: true });
      for (const [as, other] of Object.entries(attached)) file.prepare(`ATTACH ? AS ${as}`).run(other);
      const found = file.prepare(sql).all();
      file.close();
      return found;
    },
    run,
    copy: async (from, to, ...flags) => {
      const { exit, stderr, json } = await run(["migrate", "copy", from, to, "--json", ...flags]);
      const { data, error, warnings } = json();
      return { exit, stderr, data, error, warnings };
    },
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
