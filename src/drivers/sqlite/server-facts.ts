import { stat } from "node:fs/promises";
import Database from "better-sqlite3";
import type { ServerFacts, Setting } from "../driver.js";
import type { Connection } from "./connection.js";

/** Of a file: what it keeps itself. Settings of connections are left out. */
const FILE_SETTINGS = [
  "journal_mode",
  "page_size",
  "page_count",
  "freelist_count",
  "encoding",
  "auto_vacuum",
  "user_version",
  "application_id",
  "schema_version",
] as const;

/** Asked of a database in memory: a damaged one answers nothing. */
export function libraryVersion(): string {
  const memory = new Database(":memory:");
  try {
    return String(memory.prepare<unknown[], unknown>("SELECT sqlite_version()").pluck().get());
  } finally {
    memory.close();
  }
}

/** The library's version with the file's size and settings. */
export async function serverFacts(connection: Connection, path: string, now: Date): Promise<ServerFacts> {
  const version = libraryVersion();
  return {
    engine: "sqlite",
    title: "SQLite",
    version,
    versionNumber: versionNumber(version),
    sizeBytes: (await stat(path)).size,
    settings: FILE_SETTINGS.map((name): Setting => ({ name, value: connection.text(`PRAGMA ${name}`) })),
    systemIdentifier: null,
    timeline: null,
    role: null,
    now,
  };
}

/** 3.53.2 as 3053002, the way SQLite counts. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major * 1_000_000 + minor * 1000 + patch;
}
