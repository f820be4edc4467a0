import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { findServerPrograms } from "./programs.js";

const run = promisify(execFile);
const READY_ATTEMPTS = 200;

/**
 * @typedef {object} Cluster
 * @property {string} url of the database `app` with the content
 * @property {(database: string) => string} urlOf another database
 * @property {string} socketDir
 * @property {NodeJS.ProcessEnv} env for libpq programs
 * @property {(sql: string) => Promise<void>} admin runs SQL in the maintenance database
 * @property {() => Promise<void>} stop
 */

/**
 * A throw-away server with PostgreSQL's own default settings, reached by a socket only.
 * @returns {Promise<Cluster>}
 */
export async function startCluster() {
  const bin = await findServerPrograms();
  if (bin === null) throw new Error("no PostgreSQL server programs found");
  // A socket's path may have about 100 bytes, which a deep TMPDIR exceeds.
  const folder = await mkdtemp("/tmp/dbops-bench-pg-");
  const owner = process.getuid?.() === 0 ? await postgresUser() : {};
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const how = { cwd: folder, ...owner };
  const data = join(folder, "data");
  await run(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust"], how);
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-c", "listen_addresses=", "-c", `unix_socket_directories=${folder}`],
    { ...how, stdio: "ignore" },
  );
  const env = { ...process.env, PGHOST: folder, PGUSER: "postgres", PGDATABASE: "postgres" };
  const admin = async (/** @type {string} */ sql) => void (await run("psql", ["-XqAt", "-c", sql], { env }));
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill("SIGINT");
      await once(server, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await isReady(admin);
  } catch (error) {
    await stop();
    throw error;
  }
  const urlOf = (/** @type {string} */ database) => `postgresql://postgres@/${database}?host=${folder}`;
  return { url: urlOf("app"), urlOf, socketDir: folder, env, admin, stop };
}

/**
 * Copies the content of a SQLite database into a new database of the cluster.
 * @param {Cluster} cluster
 * @param {string} sqlitePath
 * @param {{ database: string, schema: Record<string, readonly (readonly string[])[]>, indexes: readonly (readonly string[])[] }} content
 */
export async function fillPostgres(cluster, sqlitePath, { database, schema, indexes }) {
  await cluster.admin(`CREATE DATABASE ${database}`);
  const inDatabase = { ...cluster, database };
  const source = new Database(sqlitePath, { readonly: true });
  try {
    for (const [table, columns] of Object.entries(schema)) {
      await psql(
        inDatabase,
        `CREATE TABLE ${table} (${columns.map(([name, , type]) => `${name} ${type}`).join(", ")})`,
      );
      const rows = source.prepare(`SELECT * FROM ${table}`).raw().iterate();
      await psql(inDatabase, `COPY ${table} FROM STDIN`, copyLines(rows));
    }
  } finally {
    source.close();
  }
  for (const [table, column] of indexes) {
    await psql(inDatabase, `CREATE INDEX ${table}_${column} ON ${table} (${column})`);
  }
  await psql(inDatabase, "VACUUM (FREEZE, ANALYZE)");
}

/**
 * @param {Cluster & { database: string }} cluster
 * @param {string} sql
 * @param {Iterable<string>} input
 */
async function psql({ env, database }, sql, input = []) {
  const child = spawn("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql], {
    env,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  for (const text of input) if (!child.stdin.write(text)) await once(child.stdin, "drain");
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`psql ended with ${code}: ${sql}`);
}

/** @param {Iterable<unknown>} rows */
function* copyLines(rows) {
  let text = "";
  for (const row of rows) {
    text += `${/** @type {unknown[]} */ (row).map(copyField).join("\t")}\n`;
    if (text.length < 256 * 1024) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** @param {unknown} value */
function copyField(value) {
  if (value === null) return "\\N";
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString("hex")}`;
  return String(value).replaceAll("\\", "\\\\");
}

async function postgresUser() {
  const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((entry) => entry.startsWith("postgres:"));
  if (line === undefined) throw new Error("run by root, the server needs a user named postgres");
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

/** @param {(sql: string) => Promise<void>} admin */
async function isReady(admin) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await admin("SELECT 1");
    } catch (error) {
      if (attempt === READY_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
