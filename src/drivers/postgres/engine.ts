import type { DriverContext, Engine, TargetAddress } from "../driver.js";
import { inspectArchive } from "./archive.js";
import type { ConnInfo } from "./conn-info.js";
import { openDriver } from "./postgres-driver.js";
import { resolveConn } from "./resolve-conn.js";
import { Tools } from "./tools.js";

/** PostgreSQL 13 to 18, by the `pg` package and PostgreSQL's own programs. What few commands need is loaded by those. */
export const postgresEngine: Engine = {
  name: "postgres",
  title: "PostgreSQL",
  fileKinds: ["pgdump", "sql", "pgdir.tar"],
  content: "text",
  canEndSessions: true,
  copyFlags: { asSource: [], asTarget: [] },
  facts: async () => (await import("./watch.js")).WATCHED,
  openWatch: async (address, context) => {
    const { openWatch } = await import("./watch.js");
    return await openWatch(await connOf(address, context), context);
  },
  open: async (address, context) => await openDriver(await connOf(address, context), context),
  openCopyTarget: async (address, request, context) => {
    const { openCopyTarget } = await import("./copy/open-target.js");
    return await openCopyTarget({ conn: await connOf(address, context), context }, request);
  },
  restorer: async (address, context) => {
    const { openRestorer } = await import("./restorer.js");
    return await openRestorer(await connOf(address, context), context);
  },
  openScratch: async (request, context) => {
    const { openScratch } = await import("./scratch.js");
    return await openScratch(request, context);
  },
  inspect: inspectArchive,
  diagnose: async (context) => {
    const { diagnosePrograms } = await import("./doctor.js");
    return await diagnosePrograms(new Tools(context), 0);
  },
};

async function connOf(address: TargetAddress, context: DriverContext): Promise<ConnInfo> {
  const conn = await resolveConn(address.location, context.env);
  if (conn.password !== null) context.secret(conn.password);
  for (const notice of conn.notices) context.progress.note(notice);
  return conn;
}
