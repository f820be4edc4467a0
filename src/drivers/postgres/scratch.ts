import { CleanupStack } from "../../lib/core/cleanup-stack.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { RestoreSource, Scratch, ScratchCopy, ScratchRequest } from "../restore-model.js";
import { type ConnInfo, withDatabase } from "./conn-info.js";
import { openSession } from "./connect.js";
import { createDatabase } from "./create-database.js";
import { majorOf } from "./load-archive.js";
import { databaseScriptOf, headOf, loadSource } from "./load-source.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { readFingerprint } from "./postgres-driver.js";
import { missingExtensions, missingRoles } from "./preflight.js";
import { quoteIdent } from "./quote-ident.js";
import { requirementsOf, rolesCreatedBy } from "./requirements.js";
import { resolveConn } from "./resolve-conn.js";
import { startScratchCluster } from "./scratch-cluster.js";
import { readNature, type ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import type { ArchiveHead } from "./toc-tap.js";
import { Tools } from "./tools.js";

const CLEANUP_MS = 30_000;
/** What says something about this machine and nothing about the backup. */
const NOT_THE_BACKUP = new Set([
  "RESTORE.EXTENSION_MISSING",
  "RESTORE.ROLE_MISSING",
  "RESTORE.NO_RIGHT",
  "TOOL.MISSING",
  "TOOL.TOO_OLD",
]);

/** A private server, or databases of our own on the user's scratch server. BACKUP.UNPROVEN, CONNECT.*. */
export async function openScratch(request: ScratchRequest, context: DriverContext): Promise<Scratch> {
  const tools = new Tools(context);
  const stack = new CleanupStack();
  try {
    const conn = await connOf(request, { context, tools, stack });
    const session = stack.use(await openSession(conn, { context }));
    await session.run(NO_TIMEOUTS);
    const nature = await readNature(session);
    return new PostgresScratch({ conn, session, nature, tools, context, stack, isPrivate: request.url === null });
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

interface ScratchParts {
  readonly conn: ConnInfo;
  readonly session: Session;
  readonly nature: ServerNature;
  readonly tools: Tools;
  readonly context: DriverContext;
  readonly stack: CleanupStack;
  readonly isPrivate: boolean;
}

async function connOf(
  request: ScratchRequest,
  { context, tools, stack }: Pick<ScratchParts, "context" | "tools" | "stack">,
): Promise<ConnInfo> {
  if (request.url !== null) return await resolveConn(request.url, context.env);
  const major = request.serverVersion === null ? 0 : majorOf(request.serverVersion);
  return stack.use(await startScratchCluster(request.dir, { context, tools, major })).conn;
}

class PostgresScratch implements Scratch {
  readonly #parts: ScratchParts;

  constructor(parts: ScratchParts) {
    this.#parts = parts;
  }

  async load(source: RestoreSource, options: { readonly jobs: number }): Promise<ScratchCopy> {
    const { conn, session, nature, tools, context } = this.#parts;
    const { major } = nature;
    const name = `dbops_scratch_${context.ids.hex(8)}`;
    const head = await headOf(source);
    try {
      await this.#prepare(source, head);
      const script = await databaseScriptOf(source, head, this.#parts);
      const at = context.clock.now().toISOString();
      const mark = { dbops: 1, state: "loading", of: name, run: context.run, at, comment: null } as const;
      this.#dropAtEnd(`DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`);
      const wanted = { name, script, keepTablespace: false, major, like: null, mark };
      await createDatabase(session, wanted).catch(asUnproven);
      const target = { conn: withDatabase(conn, name), server: session.server };
      await loadSource(source, head, { target, context, tools, jobs: options.jobs, keepTablespace: false, major });
      for (const statement of script?.properties(name) ?? []) await session.run(statement);
    } catch (error) {
      throw error instanceof DbopsError && NOT_THE_BACKUP.has(error.code) ? unproven(error) : error;
    }
    return { fingerprint: (mode) => readFingerprint({ conn: withDatabase(conn, name), context, nature }, mode) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.stack[Symbol.asyncDispose]();
  }

  /** Roles without the right to log in; they go again with the scratch place. */
  async #prepare(source: RestoreSource, head: ArchiveHead | null): Promise<void> {
    const { session } = this.#parts;
    const needed = head === null ? { roles: [], extensions: [] } : requirementsOf(head.toc);
    const absent = await missingExtensions(session, needed.extensions);
    if (absent.length > 0) {
      const hint = "install them here, or prove on a server that has them: --scratch postgres://…";
      throw new DbopsError("BACKUP.UNPROVEN", {
        message: "the proof needs extensions",
        why: `not installed: ${absent.join(", ")}`,
        hint,
      });
    }
    const globals = await source.readPart("globals");
    const roles = new Set([...needed.roles, ...(globals === null ? [] : rolesCreatedBy(globals))]);
    for (const role of await missingRoles(session, [...roles])) {
      if (role.startsWith("pg_")) continue;
      this.#dropAtEnd(`DROP ROLE IF EXISTS ${quoteIdent(role)}`);
      await session.run(`CREATE ROLE ${quoteIdent(role)} NOLOGIN`).catch(asUnproven);
    }
  }

  /** A private server is simply thrown away; on the user's own, a session that no signal has ended cleans up. */
  #dropAtEnd(statement: string): void {
    const { conn, context, stack, isPrivate } = this.#parts;
    if (isPrivate) return;
    stack.defer(async () => {
      await using session = await openSession(conn, {
        context: { ...context, signal: AbortSignal.timeout(CLEANUP_MS) },
      });
      await session.run(NO_TIMEOUTS);
      await session.run(statement);
    });
  }
}

function asUnproven(error: unknown): never {
  if (!(error instanceof DbopsError) || error.code === "RESOURCE.DISK_FULL" || error.code.startsWith("CONNECT."))
    throw error;
  throw unproven(error);
}

function unproven(error: DbopsError): DbopsError {
  return new DbopsError("BACKUP.UNPROVEN", {
    message: "the proof could not be attempted here",
    why: [error.message, error.why].filter((text) => text !== null).join(": "),
    hint: error.hint ?? undefined,
    cause: error,
  });
}
