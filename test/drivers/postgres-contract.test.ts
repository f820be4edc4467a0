import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { inject } from "vitest";
import type { TargetAddress } from "#dbops/drivers/driver.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { type FreshDatabase, freshDatabase, onServer } from "../support/fresh-database.js";
import { driverContract } from "./contract.js";

driverContract("PostgreSQL", async () => {
  const server = inject("postgresUrl");
  // Throw-away servers run under another user when the tests run as root.
  const scratchDir = await mkdtemp("/var/tmp/dbct-");
  await chmod(scratchDir, 0o755);
  const databases: FreshDatabase[] = [];
  const names: string[] = [];
  const address = (name: string): TargetAddress => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    names.push(name);
    return { engine: "postgres", name, location: url.href };
  };
  return {
    engine: postgresEngine,
    make: async (statements) => {
      const database = await freshDatabase(server);
      databases.push(database);
      for (const statement of statements) await database.sql(statement);
      return address(database.name);
    },
    change: async ({ location }, statements) => {
      for (const statement of statements) await onServer(location, statement);
    },
    nowhere: () => address(`nowhere_${randomBytes(5).toString("hex")}`),
    scratchDir,
    dispose: async () => {
      for (const database of databases) await database[Symbol.asyncDispose]();
      for (const name of new Set(names)) await dropKept(server, name);
      await rm(scratchDir, { recursive: true, force: true });
    },
  };
});

/** A test that fails may leave what a restore keeps. */
async function dropKept(server: string, name: string): Promise<void> {
  const rows = await onServer(
    server,
    "SELECT datname FROM pg_database WHERE datname = $1 OR datname LIKE $1 || '\\_before\\_%'",
    [name],
  );
  for (const { datname } of rows) await onServer(server, `DROP DATABASE "${String(datname)}" WITH (FORCE)`);
}
