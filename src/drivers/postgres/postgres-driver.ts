import type { CopyChoices, CopySource } from "../copy-source-model.js";
import type {
  Diagnosis,
  Driver,
  DriverContext,
  HeldLock,
  Identity,
  LockOptions,
  RowReader,
  ServerFacts,
  Value,
} from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { Loader, LoadRequest } from "../load-model.js";
import type { SchemaModel } from "../schema-model.js";
import type { ScriptFacts, ScriptOptions, ScriptOutcome, ScriptText } from "../script-model.js";
import type { Snapshot, SnapshotRequest } from "../snapshot-model.js";
import type { ReadView } from "../view-model.js";
import { type ConnInfo, labelOf } from "./conn-info.js";
import { openSession } from "./connect.js";
import { examineScript } from "./examine-script.js";
import { FIXED_SETTINGS, fingerprintAll } from "./fingerprint.js";
import { identityOf } from "./identity.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { rowReader } from "./rows.js";
import { runScript } from "./run-script.js";
import { readSchema } from "./schema.js";
import { readNature, readServerFacts, type ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import { Tools } from "./tools.js";

/** Connects to one node. CONNECT.*, UNSUPPORTED.SERVER. */
export async function openDriver(conn: ConnInfo, context: DriverContext): Promise<Driver> {
  const session = await openSession(conn, { context });
  try {
    return new PostgresDriver({ conn, context, session, nature: await readNature(session) });
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

interface Parts {
  readonly conn: ConnInfo;
  readonly context: DriverContext;
  readonly session: Session;
  readonly nature: ServerNature;
}

/** What few commands need is loaded by those. */
class PostgresDriver implements Driver {
  readonly engine = "postgres";
  readonly label: string;
  readonly identity: Identity;
  readonly rows: RowReader;
  readonly #parts: Parts;
  readonly #tools: Tools;

  constructor(parts: Parts) {
    // Later sessions go to the very server that answered first.
    const conn = { ...parts.conn, servers: [parts.session.server] };
    this.#parts = { ...parts, conn };
    this.#tools = new Tools(parts.context);
    this.label = labelOf(conn);
    this.identity = identityOf(conn, parts.nature, parts.session);
    this.rows = rowReader(() => openSession(conn, parts));
  }

  async query(sql: string, parameters: readonly Value[] = []): Promise<readonly Readonly<Record<string, Value>>[]> {
    return await this.#parts.session.query(sql, parameters);
  }

  async server(): Promise<ServerFacts> {
    return await readServerFacts(this.#parts.session, this.#parts.nature);
  }

  async schema(): Promise<SchemaModel> {
    return await inView(this.#parts, readSchema);
  }

  async fingerprint(mode: FingerprintMode): Promise<Fingerprint> {
    return await readFingerprint(this.#parts, mode);
  }

  async openView(): Promise<ReadView> {
    const { openPostgresView } = await import("./postgres-view.js");
    return await openPostgresView({ ...this.#parts, tools: this.#tools });
  }

  async openCopySource(choices: CopyChoices): Promise<CopySource> {
    const { openCopySource } = await import("./copy/open-source.js");
    return await openCopySource({ ...this.#parts, tools: this.#tools }, choices);
  }

  async openLoader(request: LoadRequest): Promise<Loader> {
    const { openLoader } = await import("./loader.js");
    return await openLoader(this.#parts, request);
  }

  async examineScript(text: ScriptText): Promise<ScriptFacts> {
    return await examineScript(text);
  }

  async runScript(text: ScriptText, options: ScriptOptions): Promise<ScriptOutcome> {
    return await runScript(this.#parts, text, options);
  }

  async takeSnapshot(request: SnapshotRequest): Promise<Snapshot> {
    const { conn, context, nature } = this.#parts;
    const { takeSnapshot } = await import("./snapshot.js");
    return await takeSnapshot({ conn, context, nature, tools: this.#tools, identity: this.identity }, request);
  }

  async diagnose(): Promise<readonly Diagnosis[]> {
    const { diagnose } = await import("./doctor.js");
    return await diagnose({ ...this.#parts, tools: this.#tools });
  }

  async lock(options: LockOptions): Promise<HeldLock> {
    const { lockDatabase } = await import("./lock.js");
    return await lockDatabase(this.#parts.conn, options, this.#parts.context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.session[Symbol.asyncDispose]();
  }
}

/** Fingerprints a database in one consistent view: the live one and every restored copy alike. */
export async function readFingerprint(
  where: Pick<Parts, "conn" | "context" | "nature">,
  mode: FingerprintMode,
): Promise<Fingerprint> {
  return await inView(where, (session) => fingerprintAll(session, mode, where.nature));
}

async function inView<T>(where: Pick<Parts, "conn" | "context">, work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await openSession(where.conn, { context: where.context });
  await session.run(NO_TIMEOUTS);
  await session.run(FIXED_SETTINGS);
  await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  return await work(session);
}
