import { existsSync, readdirSync } from "node:fs";
import Database from "better-sqlite3";
import type { RunOptions, RunResult } from "./run-cli.js";

export interface Runner {
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  path(...names: readonly string[]): string;
}

/** Runs `dbops restore …` into app.db with consent, as JSON. */
export async function restoreApp(
  world: Runner,
  flags: readonly string[],
  options: Partial<RunOptions> = {},
): Promise<RunResult> {
  return await world.run(["restore", "app.db", "--store", "store", "--confirm", "app.db", "--json", ...flags], options);
}

/** All rows of the table `t`, with everything else that may differ between two states; as text, which compares in no time. */
export function contentOf(path: string): unknown {
  const database = new Database(path, { readonly: true });
  try {
    const rows = database.prepare<[], unknown[]>("SELECT * FROM t ORDER BY id").raw().all();
    return [
      rows.map((row) => JSON.stringify(row.map(spelled))).join("\n"),
      database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").all(),
      database.pragma("integrity_check"),
    ];
  } finally {
    database.close();
  }
}

function spelled(cell: unknown): unknown {
  return Buffer.isBuffer(cell) ? { hex: cell.toString("hex") } : cell;
}

/** Files in the folder that a restore must not leave behind. */
export function halfFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /loading-|\.partial$|dbops-swap|-journal$/.test(name));
}

/** What earlier restores have kept of app.db. */
export function keptIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^app\.db\.before-\d{8}T\d{6}Z(-\d+)?$/.test(name));
}
