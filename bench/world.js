import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillPostgres, startCluster } from "./make-postgres.js";
import { makeMillion, makeSqlite } from "./make-sqlite.js";
import { runOnce } from "./measure.js";
import { INDEXES, MILLION, SCHEMA } from "./rows.js";

export const DBOPS = fileURLToPath(new URL("../bin/dbops.js", import.meta.url));

/** What the cases share: a folder, the databases (made when first asked for) and ways to run programs there. */
export class World {
  /** @type {Promise<string> | null} */
  #sqlite = null;
  /** @type {Promise<import("./make-postgres.js").Cluster> | null} */
  #cluster = null;
  /** @type {Promise<string> | null} */
  #million = null;
  /** @type {Promise<string> | null} */
  #millionOnServer = null;

  /**
   * @param {string} folder
   * @param {import("./options.js").BenchOptions} options
   */
  constructor(folder, options) {
    this.folder = folder;
    this.options = options;
  }

  /** @param {import("./options.js").BenchOptions} options */
  static async open(options) {
    return new World(await mkdtemp(join(tmpdir(), "dbops-bench-")), options);
  }

  /** Path of the SQLite database. */
  sqlite() {
    this.#sqlite ??= (async () => {
      const path = this.path("app.db");
      makeSqlite(path, this.options.sizeMb);
      return path;
    })();
    return this.#sqlite;
  }

  /** The cluster with the same content in its database `app`. */
  cluster() {
    this.#cluster ??= (async () => {
      const cluster = await startCluster();
      await fillPostgres(cluster, await this.sqlite(), { database: "app", schema: SCHEMA, indexes: INDEXES });
      return cluster;
    })();
    return this.#cluster;
  }

  /** Path of a SQLite database whose one table `t` has a million rows. */
  million() {
    this.#million ??= (async () => {
      const path = this.path("million.db");
      makeMillion(path);
      return path;
    })();
    return this.#million;
  }

  /** URL of the same on the cluster, in its database `million`. */
  millionOnServer() {
    this.#millionOnServer ??= (async () => {
      const cluster = await this.cluster();
      const schema = { t: MILLION.columns };
      await fillPostgres(cluster, await this.million(), { database: "million", schema, indexes: [["t", "at"]] });
      return cluster.urlOf("million");
    })();
    return this.#millionOnServer;
  }

  /** @param {string} name */
  path(name) {
    return join(this.folder, name);
  }

  /**
   * Runs dbops as a user would, apart from this machine's configuration and state.
   * @param {readonly string[]} args
   * @param {(pid: number) => void} [onStart]
   */
  async dbops(args, onStart) {
    return await runOnce({ argv: [process.execPath, DBOPS, ...args], cwd: this.folder, env: this.#env() }, onStart);
  }

  /**
   * A line of the shell; `$1` and so on are `args`.
   * @param {string} line
   * @param {readonly string[]} args
   */
  async shell(line, ...args) {
    return await runOnce({ argv: ["sh", "-ec", line, "sh", ...args], cwd: this.folder, env: process.env });
  }

  /** @param {string} name */
  async remove(name) {
    await rm(this.path(name), { recursive: true, force: true });
  }

  /**
   * Bytes of the largest file in a folder: of a store, the backup itself.
   * @param {string} name
   */
  async largest(name) {
    const sizes = (await readdir(this.path(name))).map(async (file) => (await stat(join(this.path(name), file))).size);
    return Math.max(...(await Promise.all(sizes)));
  }

  async close() {
    const cluster = await this.#cluster?.catch(() => null);
    await cluster?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #env() {
    const own = Object.entries(process.env).filter(([name]) => !/^(DBOPS_|DATABASE_|BACKUP_|XDG_)/.test(name));
    return { ...Object.fromEntries(own), HOME: this.folder, XDG_STATE_HOME: this.path("state") };
  }
}
