import { chmod, writeFile } from "node:fs/promises";
import { type FreshDatabase, freshDatabase } from "./fresh-database.js";
import { type RunOptions, type RunResult, runCli } from "./run-cli.js";
import { sqlite, testFolder } from "./sqlite-files.js";

/** A database file `app.db` and a database of the shared server, each a target of a dbops.yaml of its own. */
export interface MonitorWorld extends AsyncDisposable {
  readonly folder: string;
  readonly db: FreshDatabase;
  path(name: string): string;
  /** Writes dbops.yaml: the targets `file` and `server`, with this section `alerts`. */
  configure(alerts?: unknown, targets?: Readonly<Record<string, unknown>>): Promise<void>;
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  /** What `monitor TARGET --json` says of each check. */
  look(target: string, ...flags: readonly string[]): Promise<ReadonlyMap<string, LookedCheck>>;
}

export interface LookedCheck {
  readonly status: string;
  readonly reason: string | null;
  readonly enable: string | null;
  readonly findings: readonly { readonly severity: string; readonly evidence: string; readonly state: string }[];
}

export async function monitorWorld(serverUrl: string): Promise<MonitorWorld> {
  const folder = await testFolder();
  const db = await freshDatabase(serverUrl);
  await db.sql("CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'one')");
  sqlite(
    folder.file("app.db"),
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
    "INSERT INTO t VALUES (1, 'one')",
  );
  await chmod(folder.file("app.db"), 0o644);
  const run = (argv: readonly string[], options: Partial<RunOptions> = {}): Promise<RunResult> =>
    runCli(argv, { cwd: folder.path, ...options });
  const configure = async (alerts: unknown = {}, targets: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    const config = { version: 1, targets: { file: "./app.db", server: db.url, ...targets }, alerts };
    const backup = { store: "./store", scratch: folder.path };
    await writeFile(folder.file("dbops.yaml"), JSON.stringify({ ...config, backup }));
  };
  await configure();
  return {
    folder: folder.path,
    db,
    path: (name) => folder.file(name),
    configure,
    run,
    look: async (target, ...flags) => {
      const { json, stderr } = await run(["monitor", target, "--json", ...flags]);
      const { data } = json();
      if (data === null) throw new Error(stderr);
      return new Map(data.targets[0].checks.map((result: LookedCheck & { check: string }) => [result.check, result]));
    },
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
