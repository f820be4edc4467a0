import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { freshDatabase, onServer } from "./fresh-database.js";
import { type RunOptions, type RunResult, runCli } from "./run-cli.js";

/** A small database with two tables that belong together, an empty one and a view, and a folder to export into. */
export interface ExportWorld extends AsyncDisposable {
  /** What the command line calls it. */
  readonly target: string;
  readonly folder: string;
  path(...names: readonly string[]): string;
  /** `dbops export TARGET …`. */
  export(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** A target of the same engine that does not exist yet. */
  readonly another: string;
  /** Runs statements of the engine, committed when it resolves. */
  sql(statements: string): Promise<void>;
  /** What lies in the folder besides the database and dbops's own state. */
  outputs(): Promise<string[]>;
}

const OWN_FILES = /^(?:app\.db(?:-wal|-shm|-journal|\.another\.db)?|\.home|\.app\.db\.dbops-lock.*)$/;

export const ENGINES = ["sqlite", "postgres"] as const;

/** `serverUrl` is the tests' server. */
export async function exportWorld(engine: (typeof ENGINES)[number], serverUrl: string): Promise<ExportWorld> {
  const folder = await mkdtemp(join(tmpdir(), "dbops-export-"));
  const place = engine === "sqlite" ? sqlitePlace(join(folder, "app.db")) : await postgresPlace(serverUrl);
  await place.sql(content(engine === "sqlite" ? "BLOB" : "bytea", engine === "sqlite" ? "x'00ff'" : "'\\x00ff'"));
  const run = (argv: readonly string[], options: Partial<RunOptions> = {}) => runCli(argv, { cwd: folder, ...options });
  return {
    target: place.target,
    another: place.another,
    folder,
    path: (...names) => join(folder, ...names),
    run,
    export: (argv, options) => run(["export", place.target, ...argv], options),
    sql: place.sql,
    outputs: async () => (await readdir(folder)).filter((name) => !OWN_FILES.test(name)).sort(),
    [Symbol.asyncDispose]: async () => {
      await place.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function content(blobType: string, blob: string): string {
  return `CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL, price double precision, data ${blobType});
    CREATE TABLE orders (id integer PRIMARY KEY, item_id integer REFERENCES items (id), n bigint);
    CREATE INDEX orders_item ON orders (item_id);
    CREATE TABLE notes (id integer PRIMARY KEY, note text);
    CREATE VIEW totals AS SELECT name, sum(n) AS n FROM orders JOIN items ON items.id = item_id GROUP BY name;
    INSERT INTO items VALUES (1, 'plain', 1.5, NULL), (2, 'with "quotes", commas
and lines', 0.1, ${blob}), (3, '', NULL, NULL);
    INSERT INTO orders VALUES (1, 1, 5), (2, 1, 9007199254740993), (3, 2, NULL);`;
}

interface Place {
  readonly target: string;
  readonly another: string;
  sql(statements: string): Promise<void>;
  drop(): Promise<void>;
}

function sqlitePlace(path: string): Place {
  const sql = async (statements: string): Promise<void> => {
    const db = new Database(path);
    db.exec(statements);
    db.close();
  };
  return { target: path, another: `${path}.another.db`, sql, drop: async () => {} };
}

async function postgresPlace(serverUrl: string): Promise<Place> {
  const db = await freshDatabase(serverUrl);
  const another = new URL(db.url);
  another.pathname += "_another";
  return {
    target: db.url,
    another: another.href,
    sql: async (statements) => {
      await onServer(db.url, statements);
    },
    drop: async () => {
      await onServer(serverUrl, `DROP DATABASE IF EXISTS "${db.name}_another" WITH (FORCE)`);
      await db[Symbol.asyncDispose]();
    },
  };
}
