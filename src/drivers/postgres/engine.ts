import type { DriverContext, Engine, TargetAddress } from "../driver.js";
import { resolveConn } from "./resolve-conn.js";
import type { ConnInfo } from "./conn-info.js";
import { openDriver } from "./postgres-driver.js";

/** PostgreSQL 13 to 18, by the `pg` package and PostgreSQL's own programs. */
export const postgresEngine = {
  name: "postgres",
  title: "PostgreSQL",
  fileKinds: ["pgdump", "sql", "pgdir.tar"],
  open: async (address: TargetAddress, context: DriverContext) => await openDriver(await connOf(address, context), context),
} satisfies Partial<Engine>;

async function connOf(address: TargetAddress, context: DriverContext): Promise<ConnInfo> {
  const conn = await resolveConn(address.location, context.env);
  if (conn.password !== null) context.secret(conn.password);
  for (const notice of conn.notices) context.progress.note(notice);
  return conn;
}
