import { SOURCE_FLAGS, TARGET_FLAGS } from "../../lib/core/copy-flags.js";
import type { Engine } from "../driver.js";
import { inspectArchive } from "./archive.js";
import { inspectScript } from "./inspect-script.js";
import { LOG_SUFFIXES } from "./kept-files.js";
import { LOADABLE_KINDS } from "./loadable.js";
import { SqliteDriver } from "./sqlite-driver.js";

/**
 * SQLite: a database is a file, and so is a snapshot of it. Its busy timeout is all the trying again that can help. What few
 * commands need is loaded by those.
 */
export const sqliteEngine: Engine = {
  name: "sqlite",
  title: "SQLite",
  fileKinds: LOADABLE_KINDS,
  content: "pages",
  canEndSessions: false,
  copyFlags: { asSource: SOURCE_FLAGS, asTarget: TARGET_FLAGS },
  liveSuffixes: LOG_SUFFIXES,
  facts: async () => (await import("./watch.js")).WATCHED,
  openWatch: async (address, context) => {
    const { openWatch } = await import("./watch.js");
    return await openWatch(address, context);
  },
  open: (address, context) => SqliteDriver.open(address, context),
  openNew: async (address, context) => {
    const { openNewFile } = await import("./new-file.js");
    return await openNewFile(address, context);
  },
  openCopyTarget: async (address, request, context) => {
    const { openCopyTarget } = await import("./copy/open-target.js");
    return await openCopyTarget(address, request, context);
  },
  openSource: async (path, context) => {
    const { openSource } = await import("./record-source.js");
    return await openSource(path, context);
  },
  restorer: async (address, context) => {
    const { SqliteRestorer } = await import("./restorer.js");
    return await SqliteRestorer.open(address, context);
  },
  openScratch: async (request, context) => {
    const { openScratch } = await import("./scratch.js");
    return await openScratch(request, context);
  },
  inspect: (kind, raw) => (kind === "sql" ? inspectScript(raw) : inspectArchive(raw)),
};
