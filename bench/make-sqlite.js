import Database from "better-sqlite3";
import { INDEXES, MILLION, openRows, ROUND, SCHEMA } from "./rows.js";

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

/**
 * Makes a SQLite database of one table `t` with a million rows.
 * @param {string} path
 */
export function makeMillion(path) {
  const db = new Database(path);
  try {
    db.pragma("synchronous = OFF");
    db.exec(`CREATE TABLE t (${MILLION.columns.map(([name, type]) => `${name} ${type}`).join(", ")})`);
    const insert = db.prepare(`INSERT INTO t VALUES (${MILLION.columns.map(() => "?").join(", ")})`);
    const { million } = openRows();
    db.transaction(() => {
      for (let id = 1; id <= MILLION.rows; id += 1) insert.run(...million(id));
    })();
    db.exec("CREATE INDEX t_at ON t (at)");
  } finally {
    db.close();
  }
}
