import type { Engine } from "../driver.js";
import { inspectArchive } from "./archive.js";
import { openCopyTarget } from "./copy/open-target.js";
import { inspectScript } from "./inspect-script.js";
import { LOG_SUFFIXES } from "./kept-files.js";
import { LOADABLE_KINDS } from "./loadable.js";
import { openNewFile } from "./new-file.js";
import { openSource } from "./record-source.js";
import { SqliteRestorer } from "./restorer.js";
import { openScratch } from "./scratch.js";
import { SqliteDriver } from "./sqlite-driver.js";
import { openWatch, WATCHED } from "./watch.js";

/** SQLite: a database is a file, and so is a snapshot of it. Its busy timeout is all the trying again that can help. */
export const sqliteEngine: Engine = {
  name: "sqlite",
  title: "SQLite",
  fileKinds: LOADABLE_KINDS,
  content: "pages",
  canEndSessions: false,
  liveSuffixes: LOG_SUFFIXES,
  facts: WATCHED,
  open: (address, context) => SqliteDriver.open(address, context),
  openWatch,
  openNew: openNewFile,
  openCopyTarget,
  openSource,
  restorer: (address, context) => SqliteRestorer.open(address, context),
  openScratch,
  inspect: (kind, raw) => (kind === "sql" ? inspectScript(raw) : inspectArchive(raw)),
};
