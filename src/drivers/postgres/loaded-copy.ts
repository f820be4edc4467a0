import { setTimeout as wait } from "node:timers/promises";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { LoadedCopy, LoadOptions, RestoreSource, SwapOptions } from "../restore-model.js";
import { withDatabase } from "./conn-info.js";
import { applicationName } from "./connect.js";
import { createDatabase } from "./create-database.js";
import type { DatabaseMark } from "./database-mark.js";
import type { DatabaseScript } from "./database-script.js";
import { loadInPlace } from "./load-in-place.js";
import { databaseScriptOf, headOf, loadSource } from "./load-source.js";
import { openMaintenance } from "./maintenance.js";
import { readFingerprint } from "./postgres-driver.js";
import { quoteIdent } from "./quote-ident.js";
import type { RestoreServices } from "./restore-services.js";
import type { Session } from "./session.js";
import { swapDatabases } from "./swap.js";

const CLEANUP_MS = 30_000;
const POLL_MS = 20;

/** Loads into a new database `dbops_<run>` beside the target. RESTORE.*, BACKUP.DAMAGED, TOOL.*, DB.*. */
export async function loadBeside(
  services: RestoreServices,
  source: RestoreSource,
  options: LoadOptions,
): Promise<LoadedCopy> {
  const { conn, context, session, tools, nature } = services;
  const name = `dbops_${context.run.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase()}_${context.ids.hex(4)}`;
  const head = await headOf(source);
  const script = await databaseScriptOf(source, head, services);
  const at = context.clock.now().toISOString();
  const mark: DatabaseMark = { dbops: 1, state: "loading", of: conn.database, run: context.run, at, comment: null };
  const copy = new CopyBeside(services, name, script);
  try {
    const { major } = nature;
    await createDatabase(session, { name, script, keepTablespace: true, major, like: conn.database, mark });
    const target = { conn: withDatabase(conn, name), server: session.server };
    await loadSource(source, head, { target, context, tools, jobs: options.jobs, keepTablespace: true, major });
    for (const statement of script?.properties(name) ?? []) await session.run(statement);
    return copy;
  } catch (error) {
    await copy[Symbol.asyncDispose]();
    throw error;
  }
}

/** Replaces the content of the existing database in one transaction; there is nothing left to swap afterwards. */
export async function loadOver(
  services: RestoreServices,
  source: RestoreSource,
  options: LoadOptions,
): Promise<LoadedCopy> {
  const { conn, context, session, tools, nature } = services;
  const target = { conn, server: session.server };
  await loadInPlace(source, { target, context, tools, jobs: options.jobs, keepTablespace: false, major: nature.major });
  return {
    place: conn.database,
    fingerprint: (mode) => readFingerprint(services, mode),
    swap: async () => ({ previous: null }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

class CopyBeside implements LoadedCopy {
  readonly place: string;
  readonly #services: RestoreServices;
  readonly #script: DatabaseScript | null;
  #isSwapped = false;

  constructor(services: RestoreServices, name: string, script: DatabaseScript | null) {
    this.place = name;
    this.#services = services;
    this.#script = script;
  }

  async fingerprint(mode: FingerprintMode): Promise<Fingerprint> {
    const { conn } = this.#services;
    return await readFingerprint({ ...this.#services, conn: withDatabase(conn, this.place) }, mode);
  }

  async swap(options: SwapOptions): Promise<{ readonly previous: string | null }> {
    const { conn, context, session } = this.#services;
    const swapped = await swapDatabases(session, {
      ...options,
      database: conn.database,
      incoming: this.place,
      comment: { statement: this.#script?.comment(conn.database) ?? null },
      context,
      openSession: (signal) => openMaintenance(conn, { context: { ...context, signal } }),
    });
    this.#isSwapped = true;
    return swapped;
  }

  /** On a session of its own: the run's may have been ended by its signal, in the middle of making the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isSwapped) return;
    const { conn, context } = this.#services;
    await using session = await openMaintenance(conn, {
      context: { ...context, signal: AbortSignal.timeout(CLEANUP_MS) },
    });
    await endUnattended(session, context.run);
    await session.run(`DROP DATABASE IF EXISTS ${quoteIdent(this.place)} WITH (FORCE)`);
  }
}

/** The server finishes a CREATE DATABASE whose client has gone; what it makes then would be nobody's. */
async function endUnattended(session: Session, run: string): Promise<void> {
  const mine =
    "application_name = $1 AND state = 'active' AND query LIKE 'CREATE DATABASE%' AND pid <> pg_backend_pid()";
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${mine}`;
  while ((await session.query(end, [applicationName(run)])).length > 0) await wait(POLL_MS);
}
