import { memoryRows } from "./memory-rows.js";

/** @type {import("../case.js").Case} */
export const postgresMemory = {
  name: "postgres-memory",
  needs: ["initdb", "pg_dump", "pg_restore", "psql"],
  async run(world) {
    const { url, admin } = await world.cluster();
    const store = ["--store", world.path("store")];
    try {
      const backup = await memoryRows(world, "PostgreSQL backup", ["backup", url, ...store]);
      const into = url.replace("/app?", "/restored?");
      const restore = await memoryRows(world, "PostgreSQL restore", [
        "restore",
        url,
        "--from",
        "latest",
        "--to",
        into,
        ...store,
        "--yes",
      ]);
      return [...backup, ...restore];
    } finally {
      await world.remove("store");
      await admin("DROP DATABASE IF EXISTS restored");
    }
  },
};
