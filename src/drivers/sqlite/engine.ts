import { withRetries } from "../../lib/core/retry.js";
import type { Engine } from "../driver.js";
import { inspectArchive } from "./archive.js";
import { SqliteRestorer } from "./restorer.js";
import { openScratch } from "./scratch.js";
import { SqliteDriver } from "./sqlite-driver.js";

/** SQLite: a database is a file, and so is a snapshot of it. */
export const sqliteEngine: Engine = {
  name: "sqlite",
  title: "SQLite",
  fileKinds: ["sqlite"],
  open: (address, context) => withRetries(context.signal, () => SqliteDriver.open(address, context)),
  restorer: (address, context) => SqliteRestorer.open(address, context),
  openScratch,
  inspect: (_kind, raw) => inspectArchive(raw),
};
