import { memoryRows } from "./memory-rows.js";

/** @type {import("../case.js").Case} */
export const sqliteMemory = {
  name: "sqlite-memory",
  needs: [],
  async run(world) {
    const args = ["backup", await world.sqlite(), "--store", world.path("store")];
    try {
      return await memoryRows(world, "SQLite backup", args);
    } finally {
      await world.remove("store");
    }
  },
};
