import Database from "better-sqlite3";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { testContext } from "../support/driver-context.js";
import { sqlite } from "../support/sqlite-files.js";
import type { LoaderWorld } from "./loader-contract.js";

/** An SQLite database for loaders. */
export async function openSqliteWorld(): Promise<LoaderWorld> {
  const tested = await testContext();
  const path = `${tested.workDir}/t.db`;
  sqlite(path, "PRAGMA user_version = 1");
  const driver = await sqliteEngine.open({ engine: "sqlite", name: "t", location: path }, tested.context);
  return {
    driver,
    sql: async (...statements) => sqlite(path, ...statements),
    rows: async (query) => {
      const db = new Database(path);
      try {
        return db.prepare(query).all();
      } finally {
        db.close();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await driver[Symbol.asyncDispose]();
      await tested[Symbol.asyncDispose]();
    },
  };
}
