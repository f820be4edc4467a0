import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext, HeldLock, Identity, LockOptions } from "../driver.js";
import type {
  CurrentState,
  KeptPrevious,
  LoadedCopy,
  LoadOptions,
  PreflightLine,
  Restorer,
  RestoreSource,
  SwapOptions,
} from "../restore-model.js";
import { type ConnInfo, labelOf } from "./conn-info.js";
import { readCurrent } from "./current-state.js";
import { markedDatabases } from "./database-mark.js";
import { databaseSessions } from "./database-sessions.js";
import { identityOf } from "./identity.js";
import { loadBeside, loadOver } from "./loaded-copy.js";
import { lockDatabase } from "./lock.js";
import { openMaintenance } from "./maintenance.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { preflight } from "./preflight.js";
import { quoteIdent } from "./quote-ident.js";
import type { RestoreServices } from "./restore-services.js";
import { readNature } from "./server-facts.js";
import { swapDatabases } from "./swap.js";
import { Tools } from "./tools.js";

/** Connects beside the target. CONNECT.*, UNSUPPORTED.SERVER. */
export async function openRestorer(conn: ConnInfo, context: DriverContext): Promise<Restorer> {
  const session = await openMaintenance(conn, { context });
  try {
    await session.run(NO_TIMEOUTS);
    const nature = await readNature(session);
    const services = {
      conn: { ...conn, servers: [session.server] },
      context,
      tools: new Tools(context),
      nature,
      session,
    };
    return new PostgresRestorer(services);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

class PostgresRestorer implements Restorer {
  readonly label: string;
  readonly identity: Identity;
  readonly losesOldInPlace = true;
  readonly #services: RestoreServices;

  constructor(services: RestoreServices) {
    this.#services = services;
    this.label = labelOf(services.conn);
    this.identity = identityOf(services.conn, services.nature, services.session);
  }

  get #database(): string {
    return this.#services.conn.database;
  }

  async current(): Promise<CurrentState | null> {
    return await readCurrent(this.#services);
  }

  async preflight(source: RestoreSource, options: LoadOptions): Promise<readonly PreflightLine[]> {
    return await preflight({ ...this.#services, database: this.#database, source, options });
  }

  async load(source: RestoreSource, options: LoadOptions): Promise<LoadedCopy> {
    return options.isInPlace
      ? await loadOver(this.#services, source, options)
      : await loadBeside(this.#services, source, options);
  }

  async lock(options: LockOptions): Promise<HeldLock> {
    return await lockDatabase(this.#services.conn, options, this.#services.context);
  }

  async previous(): Promise<readonly KeptPrevious[]> {
    const kept = await markedDatabases(this.#services.session, this.#database, "kept");
    return kept.map(({ name, mark, sizeBytes }) => ({ name, replacedAt: new Date(mark.at), sizeBytes }));
  }

  async undo(kept: KeptPrevious, options: SwapOptions): Promise<{ readonly previous: string | null }> {
    const { session, conn, context } = this.#services;
    const { mark } = await this.#find(kept);
    return await swapDatabases(session, {
      ...options,
      database: this.#database,
      incoming: kept.name,
      comment: { text: mark.comment },
      context,
      openSession: (signal) => openMaintenance(conn, { context: { ...context, signal } }),
    });
  }

  async discard(kept: KeptPrevious): Promise<void> {
    const { session } = this.#services;
    const { name } = await this.#find(kept);
    try {
      await session.run(`DROP DATABASE ${quoteIdent(name)}`);
    } catch (error) {
      if (!(error instanceof DbopsError) || error.code !== "LOCK.SESSIONS") throw error;
      const why = (await databaseSessions(session, name)).join("\n");
      throw new DbopsError("LOCK.SESSIONS", {
        message: `${name} is in use`,
        why,
        hint: "close these sessions and run again",
      });
    }
  }

  /** Renames are one transaction, so only copies that were never finished can be left over. */
  async recover(): Promise<readonly string[]> {
    const { session } = this.#services;
    const done: string[] = [];
    for (const { name, mark } of await markedDatabases(session, this.#database, "loading")) {
      await session.run(`DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`);
      done.push(`removed ${name}, an unfinished copy of run ${mark.run}`);
    }
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#services.session[Symbol.asyncDispose]();
  }

  /** RESTORE.NOTHING_TO_UNDO for a database that no restore of this target has kept. */
  async #find(kept: KeptPrevious) {
    const all = await markedDatabases(this.#services.session, this.#database, "kept");
    const found = all.find(({ name }) => name === kept.name);
    if (found !== undefined) return found;
    throw new DbopsError("RESTORE.NOTHING_TO_UNDO", {
      message: `${kept.name} was not kept by a restore of ${this.#database}`,
      why: "its comment does not carry the mark of dbops",
      hint: "`dbops restore previous` lists what was kept",
    });
  }
}
