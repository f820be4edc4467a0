import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { inject } from "vitest";
import { freshDatabase } from "./fresh-database.js";
import { type RunOptions, type RunResult, runCli } from "./run-cli.js";
import { sqlite } from "./sqlite-files.js";

/** A database `app` of one engine, configured in a folder that holds files to import. */
export interface ImportWorld extends AsyncDisposable {
  readonly folder: string;
  /** Its file or URL. */
  readonly place: string;
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Runs statements past dbops. */
  sql(...statements: readonly string[]): Promise<void>;
  /** All rows of a query, past dbops. */
  rows(query: string): Promise<unknown[]>;
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** `dbops import …` as JSON. */
  import(...argv: readonly string[]): Promise<RunResult>;
}

export interface ImportEngine {
  readonly title: string;
  /** The type of a whole number. */
  readonly integer: string;
  open(): Promise<ImportWorld>;
}

export const IMPORT_ENGINES: readonly [ImportEngine, ImportEngine] = [
  { title: "SQLite", integer: "INTEGER", open: sqliteWorld },
  { title: "PostgreSQL", integer: "int", open: serverWorld },
];

async function sqliteWorld(): Promise<ImportWorld> {
  const folder = await mkdtemp(join(tmpdir(), "dbops-import-"));
  const place = join(folder, "app.db");
  sqlite(place, "PRAGMA user_version = 1");
  return await configured({
    folder,
    place,
    sql: async (...statements) => sqlite(place, ...statements),
    rows: async (query) => {
      const database = new Database(place);
      try {
        return database.prepare(query).all();
      } finally {
        database.close();
      }
    },
    dispose: async () => {},
  });
}

async function serverWorld(): Promise<ImportWorld> {
  const folder = await mkdtemp(join(tmpdir(), "dbops-import-"));
  const database = await freshDatabase(inject("postgresUrl"));
  return await configured({
    folder,
    place: database.url,
    sql: async (...statements) => {
      for (const statement of statements) await database.sql(statement);
    },
    rows: (query) => database.sql(query),
    dispose: async () => await database[Symbol.asyncDispose](),
  });
}

interface Parts extends Pick<ImportWorld, "folder" | "place" | "sql" | "rows"> {
  readonly dispose: () => Promise<void>;
}

async function configured({ folder, place, sql, rows, dispose }: Parts): Promise<ImportWorld> {
  await writeFile(join(folder, "dbops.yaml"), JSON.stringify({ version: 1, targets: { app: place } }));
  const run = (argv: readonly string[], options: Partial<RunOptions> = {}) => runCli(argv, { cwd: folder, ...options });
  return {
    folder,
    place,
    sql,
    rows,
    run,
    import: (...argv) => run(["import", ...argv, "--json"]),
    write: async (name, content) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    [Symbol.asyncDispose]: async () => {
      await dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
