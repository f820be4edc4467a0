import type { DriverContext, Engine, TargetAddress } from "../driver.js";
import { inspectArchive } from "./archive.js";
import type { ConnInfo } from "./conn-info.js";
import { openCopyTarget } from "./copy/open-target.js";
import { diagnosePrograms } from "./doctor.js";
import { openDriver } from "./postgres-driver.js";
import { resolveConn } from "./resolve-conn.js";
import { openRestorer } from "./restorer.js";
import { openScratch } from "./scratch.js";
import { Tools } from "./tools.js";
import { openWatch, WATCHED } from "./watch.js";

/** PostgreSQL 13 to 18, by the `pg` package and PostgreSQL's own programs. */
export const postgresEngine: Engine = {
  name: "postgres",
  title: "PostgreSQL",
  fileKinds: ["pgdump", "sql", "pgdir.tar"],
  content: "text",
  canEndSessions: true,
  facts: WATCHED,
  open: async (address, context) => await openDriver(await connOf(address, context), context),
  openWatch: async (address, context) => await openWatch(await connOf(address, context), context),
  openCopyTarget: async (address, request, context) =>
    await openCopyTarget({ conn: await connOf(address, context), context }, request),
  restorer: async (address, context) => await openRestorer(await connOf(address, context), context),
  openScratch,
  inspect: inspectArchive,
  diagnose: (context) => diagnosePrograms(new Tools(context), 0),
};

async function connOf(address: TargetAddress, context: DriverContext): Promise<ConnInfo> {
  const conn = await resolveConn(address.location, context.env);
  if (conn.password !== null) context.secret(conn.password);
  for (const notice of conn.notices) context.progress.note(notice);
  return conn;
}
