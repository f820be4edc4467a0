import Database from "better-sqlite3";
import { memoryRows } from "./memory-rows.js";

const VALUE_BYTES = 200e6;
const MOST = { processBytes: 150e6 + 1.5 * VALUE_BYTES, treeBytes: null };

/** @type {import("../case.js").Case} */
export const largeMemory = {
  name: "large-memory",
  needs: ["initdb", "psql"],
  async run(world) {
    const { admin, urlOf } = await world.cluster();
    const [from, back] = [world.path("large.db"), world.path("large-back.db")];
    makeLarge(from);
    await admin("CREATE DATABASE large");
    try {
      const args = [from, urlOf("large")];
      const there = await memoryRows(world, "200 MB values, SQLite -> PostgreSQL", ["migrate", "copy", ...args], MOST);
      const home = await memoryRows(
        world,
        "200 MB values, PostgreSQL -> SQLite",
        ["migrate", "copy", urlOf("large"), back],
        MOST,
      );
      return [...there, ...home];
    } finally {
      await admin("DROP DATABASE large");
      await world.remove("large.db");
      await world.remove("large-back.db");
    }
  },
};

/**
 * A file with bytes, and with a text that is full of characters that are spelled otherwise on their way.
 * @param {string} path
 */
function makeLarge(path) {
  const db = new Database(path);
  try {
    db.pragma("synchronous = OFF");
    db.exec("CREATE TABLE large (id INTEGER PRIMARY KEY, note TEXT, body BLOB)");
    db.prepare("INSERT INTO large VALUES (1, NULL, randomblob(?))").run(VALUE_BYTES);
    const text = "replace(hex(zeroblob(?)), '00', 'a\\' || char(9) || 'b')";
    db.prepare(`INSERT INTO large VALUES (2, ${text}, NULL)`).run(VALUE_BYTES / 4);
  } finally {
    db.close();
  }
}
