import { deferred } from "../../lib/core/deferred.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { DriverContext, Identity } from "../driver.js";
import type { Fingerprint, TableFingerprint } from "../fingerprint-model.js";
import type { Snapshot, SnapshotOrigin, SnapshotPart, SnapshotRequest } from "../snapshot-model.js";
import { type ConnInfo, labelOf } from "./conn-info.js";
import { openSession } from "./connect.js";
import { databaseScript } from "./database-entries.js";
import { readPassThrough } from "./dump-arguments.js";
import { DUMP_FORMATS, formatOf } from "./dump-formats.js";
import { dumpGlobals, type Globals, textProduction } from "./dump-parts.js";
import { ALGORITHM, fingerprintRows } from "./fingerprint.js";
import { beginLocked } from "./lock-tables.js";
import { type MainPart, produceMain } from "./main-part.js";
import type { RelationList } from "./relations.js";
import { sequenceStates } from "./sequence-states.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import { hashStructure, structureAlgorithm } from "./structure.js";
import { requireSupported } from "./supported-request.js";
import type { ArchiveHead } from "./toc-tap.js";
import type { Tools } from "./tools.js";

const NO_GLOBALS: Globals = { sql: null, trouble: null };

export interface SnapshotSource {
  readonly conn: ConnInfo;
  readonly context: DriverContext;
  readonly tools: Tools;
  readonly nature: ServerNature;
  readonly identity: Identity;
}

/** Locks all tables, exports a snapshot and prepares pg_dump in it. TOOL.*, LOCK.DATABASE, DB.*, USAGE.INVALID, UNSUPPORTED.ENGINE. */
export async function takeSnapshot(source: SnapshotSource, request: SnapshotRequest): Promise<Snapshot> {
  const { conn, context, tools, nature } = source;
  const format = formatOf(request.format);
  requireSupported(request, format);
  const { isSelecting } = readPassThrough(request.passThrough);
  const isPartial = isSelecting || request.tables.length > 0 || request.excludeTables.length > 0;
  const tool = await tools.find("pg_dump", nature.major);
  const session = await openSession(conn, { context });
  try {
    const target = { conn, server: session.server };
    const lockTimeoutMs = Math.max(1, context.lockTimeoutMs);
    const [list, globals] = await Promise.all([
      beginLocked(session, { nature, lockTimeoutMs, isPartial }),
      isPartial ? NO_GLOBALS : dumpGlobals(target, { context, tools, nature }),
    ]);
    if (globals.trouble !== null) {
      context.progress.warn(`roles and tablespaces are not in this backup: ${globals.trouble}`);
    }
    const exported = await exportSnapshot(session);
    const head = deferred<ArchiveHead>();
    const main = { tool, target, context, format, request, head, snapshotId: exported.id };
    const origin = originOf(source, { clientVersion: tool.version, exported });
    return new PostgresSnapshot({
      session,
      source,
      main,
      origin,
      isPartial,
      list,
      globals: globals.sql,
      sizeBytes: exported.sizeBytes,
    });
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

interface Exported {
  readonly id: string;
  readonly position: string | null;
  readonly takenAt: Date;
  readonly sizeBytes: number;
}

async function exportSnapshot(session: Session): Promise<Exported> {
  const row = await session.one<{ id: string; position: string | null; now: string; size: bigint | null }>(
    `SELECT pg_export_snapshot() AS id,
            (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS position,
            to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS now,
            (SELECT sum(pg_table_size(oid))::int8 FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384) AS size`,
  );
  return { id: row.id, position: row.position, takenAt: new Date(row.now), sizeBytes: Number(row.size ?? 0n) };
}

function originOf(source: SnapshotSource, facts: { clientVersion: string; exported: Exported }): SnapshotOrigin {
  const { nature, conn, identity } = source;
  return {
    engine: "postgres",
    label: labelOf(conn),
    identity: identity.key,
    serverVersion: nature.version,
    clientVersion: facts.clientVersion,
    systemIdentifier: nature.systemIdentifier,
    timeline: nature.timeline,
    role: nature.isStandby ? "standby" : "primary",
    consistencyPoint: facts.exported.position,
    takenAt: facts.exported.takenAt,
  };
}

interface Held {
  readonly session: Session;
  readonly source: SnapshotSource;
  readonly main: MainPart;
  readonly origin: SnapshotOrigin;
  readonly isPartial: boolean;
  readonly list: RelationList;
  readonly globals: string | null;
  readonly sizeBytes: number;
}

class PostgresSnapshot implements Snapshot {
  readonly #held: Held;
  readonly origin: SnapshotOrigin;
  readonly isPartial: boolean;
  readonly parts: readonly SnapshotPart[];

  constructor(held: Held) {
    this.#held = held;
    this.origin = held.origin;
    this.isPartial = held.isPartial;
    this.parts = this.#parts();
  }

  async condition() {
    return { state: "unchecked", details: ["pg_dump reads every row but checks no index"] } as const;
  }

  fingerprint(): Promise<Fingerprint> {
    return heldPromise(this.#fingerprint());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.main.head.reject(
      new Error("the snapshot was disposed before pg_dump had written its table of contents"),
    );
    await this.#held.session[Symbol.asyncDispose]();
  }

  async #fingerprint(): Promise<Fingerprint> {
    const { session, source, list, main, isPartial } = this.#held;
    const mode = main.request.fingerprint;
    const isPlain = main.format === "plain";
    const relations = isPartial ? await this.#dumped() : list.relations;
    const rows = await fingerprintRows(session, mode, relations);
    const sequences = isPlain ? sequenceNames(list) : sequenceStates((await main.head.promise).toc, mode);
    return {
      algorithm: mode === "hash" ? ALGORITHM : null,
      tables: [...rows.tables, ...sequences],
      schemaAlgorithm: isPartial ? null : structureAlgorithm(source.nature.major),
      schemaHash: await hashStructure(session),
      notCovered: [...list.notCovered, ...rows.notCovered],
    };
  }

  #parts(): readonly SnapshotPart[] {
    const { main, globals, sizeBytes, isPartial } = this.#held;
    const { extension } = DUMP_FORMATS[main.format];
    const parts: SnapshotPart[] = [
      { kind: "main", extension, estimatedBytes: sizeBytes, produce: () => produceMain(main) },
    ];
    if (globals !== null) {
      parts.push({
        kind: "globals",
        extension: "sql",
        estimatedBytes: globals.length,
        produce: async () => textProduction(globals),
      });
    }
    if (!isPartial) {
      parts.push({
        kind: "database",
        extension: "sql",
        estimatedBytes: null,
        produce: async () => textProduction(await this.#database()),
      });
    }
    return parts;
  }

  /** From the head of the archive itself; a plain dump has none, so a small archive without any schema is made. */
  async #database(): Promise<string> {
    const { main, source } = this.#held;
    if (main.format !== "plain") return await databaseScript(await main.head.promise, source);
    const head = deferred<ArchiveHead>();
    const request = { ...main.request, passThrough: ["--schema-only", "--exclude-schema=*"] };
    const { stream, ended } = await produceMain({ ...main, format: "custom", head, request });
    stream.resume();
    await ended;
    return await databaseScript(await head.promise, source);
  }

  /** What a partial dump holds the rows of: its own table of contents says it. */
  async #dumped(): Promise<RelationList["relations"]> {
    const { main, list } = this.#held;
    if (main.format === "plain") return [];
    const { toc } = await main.head.promise;
    const names = new Set(
      toc.entries.filter(({ desc }) => desc === "TABLE DATA").map(({ schema, tag }) => `${schema}\0${tag}`),
    );
    return list.relations.filter(({ schema, name }) => names.has(`${schema}\0${name}`));
  }
}

/** A plain dump does not say where its sequences stood, and they move while it is made. */
function sequenceNames({ relations }: RelationList): readonly TableFingerprint[] {
  return relations.flatMap(({ kind, schema, name }) =>
    kind === "sequence" ? [{ kind, schema, name, rows: null, hash: null }] : [],
  );
}
