import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import { requireFreeBytes } from "../../lib/system/disk-space.js";
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
  TargetAddress,
  Value,
} from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { Loader, LoadRequest } from "../load-model.js";
import type { SchemaModel } from "../schema-model.js";
import type { ScriptFacts, ScriptOptions, ScriptOutcome, ScriptText } from "../script-model.js";
import type { Snapshot, SnapshotRequest } from "../snapshot-model.js";
import type { ReadView } from "../view-model.js";
import { type Access, chooseAccess } from "./access.js";
import { Connection } from "./connection.js";
import { isDamage, translating } from "./errors.js";
import { examineScript } from "./examine-script.js";
import { identityOf } from "./identity.js";
import { type DatabaseFile, locate, resolvePath } from "./locate.js";
import { lockDatabase } from "./lock.js";
import { SqliteRows } from "./rows.js";
import { runScript } from "./run-script.js";
import { readSchema } from "./schema.js";
import { libraryVersion, serverFacts } from "./server-facts.js";
import { sidecarsOf } from "./sidecars.js";
import { privateFile, takeSnapshot } from "./snapshot.js";
import { Worker } from "./worker-client.js";
import type { OpenRequest } from "./worker-protocol.js";

interface OpenedFile {
  /** What it is called; where the file is when it has no other name yet. */
  readonly path: string;
  readonly file: DatabaseFile;
  readonly access: Access;
  readonly connection: Connection;
  /** Bytes of the -wal that stood beside the file before it was opened. */
  readonly walBytes: number;
}

/** One SQLite file. Short statements run here, long ones in a forked child; what few commands need is loaded by those. */
export class SqliteDriver implements Driver {
  readonly engine = "sqlite";
  readonly label: string;
  readonly identity: Identity;
  readonly #opened: OpenedFile;
  readonly #context: DriverContext;
  readonly #rows: SqliteRows;

  private constructor(opened: OpenedFile, address: TargetAddress, context: DriverContext) {
    this.label = opened.path;
    this.identity = identityOf(opened.path, address);
    this.#opened = opened;
    this.#context = context;
    this.#rows = new SqliteRows(this.#openRequest());
  }

  /** `place` is where the file is as long as it does not have its name. */
  static async open(address: TargetAddress, context: DriverContext, place?: string): Promise<SqliteDriver> {
    const file = await locate(place ?? address.location);
    const path = place === undefined ? file.path : await resolvePath(address.location);
    const { walBytes } = await sidecarsOf(file.path);
    const access = await chooseAccess(file, context);
    if (access.recovered !== null) context.progress.note(`${file.path}: ${access.recovered}`);
    const connection = new Connection(access.path, {
      isReadOnly: access.isReadOnly,
      busyTimeoutMs: context.lockTimeoutMs,
    });
    try {
      readHeader(connection);
      return new SqliteDriver({ path, file, access, connection, walBytes: walBytes ?? 0 }, address, context);
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  get rows(): RowReader {
    return this.#rows;
  }

  async query(sql: string, parameters: readonly Value[] = []): Promise<readonly Readonly<Record<string, Value>>[]> {
    return translating(`${this.label} refused a statement`, () => {
      const statement = this.#opened.connection.db.prepare<unknown[], Record<string, Value>>(sql);
      if (statement.reader) return statement.all(...parameters);
      statement.run(...parameters);
      return [];
    });
  }

  async server(): Promise<ServerFacts> {
    return await serverFacts(this.#opened.connection, this.#opened.access.path, this.#context.clock.now());
  }

  async schema(): Promise<SchemaModel> {
    await using worker = await Worker.start(this.#context);
    return readSchema(this.#opened.connection, await worker.sizes(this.#openRequest()));
  }

  /** Hashes are of a private copy: nobody may read past SQLite what others may write. */
  async fingerprint(mode: FingerprintMode): Promise<Fingerprint> {
    if (mode === "hash") return await this.#hashCopy();
    await using worker = await Worker.start(this.#context);
    return await worker.fingerprint(this.#openRequest(), mode);
  }

  async #hashCopy(): Promise<Fingerprint> {
    const path = join(await this.#context.workDir(), `fingerprint-${this.#context.ids.hex(12)}.sqlite`);
    await requireFreeBytes(dirname(path), (await stat(this.#opened.access.path)).size, "the copy to be hashed");
    try {
      await using worker = await Worker.start(this.#context);
      await worker.copy({ source: this.#openRequest(), destination: path, isCompact: false }, () => {});
      return await worker.fingerprint(privateFile(path), "hash");
    } finally {
      await rm(path, { force: true });
    }
  }

  async openView(): Promise<ReadView> {
    const { access, connection } = this.#opened;
    const { openView } = await import("./open-view.js");
    return await openView({ access, connection, open: this.#openRequest() }, this.#context);
  }

  async openCopySource(choices: CopyChoices): Promise<CopySource> {
    const { access, connection, file } = this.#opened;
    const viewed = { access, connection, open: this.#openRequest(), path: file.path };
    const { openCopySource } = await import("./copy/open-source.js");
    return await openCopySource(viewed, choices, this.#context);
  }

  async openLoader(request: LoadRequest): Promise<Loader> {
    const { connection } = this.#opened;
    const { openLoader } = await import("./loader.js");
    return await openLoader({ connection, path: this.#writablePath(), context: this.#context }, request);
  }

  async examineScript(text: ScriptText): Promise<ScriptFacts> {
    return await examineScript(text, this.#opened.connection);
  }

  async runScript(text: ScriptText, options: ScriptOptions): Promise<ScriptOutcome> {
    return await runScript({ path: this.#writablePath(), context: this.#context }, text, options);
  }

  #writablePath(): string {
    const { access } = this.#opened;
    if (access.isReadOnly || access.isImage) throw readOnly(this.label);
    return access.path;
  }

  async takeSnapshot(request: SnapshotRequest): Promise<Snapshot> {
    const version = libraryVersion();
    const origin = {
      engine: this.engine,
      label: this.label,
      identity: this.identity.key,
      serverVersion: version,
      clientVersion: version,
      systemIdentifier: null,
      timeline: null,
      role: null,
      consistencyPoint: null,
      takenAt: this.#context.clock.now(),
    };
    const sizeBytes = (await stat(this.#opened.access.path)).size;
    return await takeSnapshot({ open: this.#openRequest(), sizeBytes, origin }, request, this.#context);
  }

  async diagnose(): Promise<readonly Diagnosis[]> {
    const { diagnoseFile } = await import("./doctor.js");
    return await diagnoseFile(this.#opened.file, this.#opened.connection);
  }

  async lock(options: LockOptions): Promise<HeldLock> {
    return await lockDatabase(this.#opened.path, options, this.#context);
  }

  /** SQLite tidies up when the last connection closes; what it did with a log that was left behind is told. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { file, connection, walBytes } = this.#opened;
    if (!connection.db.open) return;
    this.#rows[Symbol.dispose]();
    connection[Symbol.dispose]();
    if (walBytes === 0 || (await sidecarsOf(file.path)).walBytes !== null) return;
    this.#context.progress.note(
      `${file.path}: SQLite moved the ${walBytes} bytes of the -wal that a program had left behind into the database`,
    );
  }

  /** Never private, not even an image: this driver's own connection is open on it. */
  #openRequest(): OpenRequest {
    const { path, isReadOnly } = this.#opened.access;
    return { path, isReadOnly, isPrivate: false, busyTimeoutMs: this.#context.lockTimeoutMs };
  }
}

function readOnly(label: string): DbopsError {
  return new DbopsError("DB.PERMISSION", {
    message: `${label} cannot be written by this user`,
    why: "the file, or its folder, is read-only",
    hint: "run dbops as the user that owns the file",
  });
}

/** The first read recovers what must be recovered; a damaged list of tables is found by the checks, not here. */
function readHeader(connection: Connection): void {
  translating(`cannot read ${connection.path}`, () => {
    try {
      connection.value("SELECT count(*) FROM sqlite_schema");
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  });
}
