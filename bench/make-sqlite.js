import Database from "better-sqlite3";
import { INDEXES, openRows, ROUND, SCHEMA } from "./rows.js";

/**
 * Makes a SQLite database with a write-ahead log, about `sizeMb` megabytes with its indexes.
 * @param {string} path
 * @param {number} sizeMb
 */
export function makeSqlite(path, sizeMb) {
  const db = new Database(path);
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = OFF");
    for (const [table, columns] of Object.entries(SCHEMA)) {
      db.exec(`CREATE TABLE ${table} (${columns.map(([name, type]) => `${name} ${type}`).join(", ")})`);
    }
    for (const [table, column] of INDEXES) db.exec(`CREATE INDEX ${table}_${column} ON ${table} (${column})`);
    fill(db, sizeMb * 1e6);
    db.pragma("wal_checkpoint(TRUNCATE)");
  } finally {
    db.close();
  }
}

/**
 * @param {Database.Database} db
 * @param {number} sizeBytes
 */
function fill(db, sizeBytes) {
  const rows = openRows();
  const inserts = Object.fromEntries(
    Object.entries(SCHEMA).map(([table, columns]) => [
      table,
      db.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => "?").join(", ")})`),
    ]),
  );
  const pageSize = Number(db.pragma("page_size", { simple: true }));
  const addRound = db.transaction((/** @type {number} */ round) => {
    for (const [table, count] of Object.entries(ROUND)) {
      for (let at = 1; at <= count; at += 1) inserts[table]?.run(...rows[table](round * count + at));
    }
  });
  for (let round = 0; Number(db.pragma("page_count", { simple: true })) * pageSize < sizeBytes; round += 1) {
    addRound(round);
  }
}
