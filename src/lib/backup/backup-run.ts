import { join } from "node:path";
import { Readable } from "node:stream";
import type { Driver, DriverContext } from "../../drivers/driver.js";
import type { Fingerprint, FingerprintMode } from "../../drivers/fingerprint-model.js";
import type { Snapshot, SourceCondition } from "../../drivers/snapshot-model.js";
import { type Compression, chooseCompression } from "../codec/choose-compression.js";
import { DbopsError, messageOf } from "../core/errors.js";
import { formatBytes } from "../core/units.js";
import { openLocalStorage } from "../storage/local.js";
import type { Storage } from "../storage/storage.js";
import { manifestName } from "./backup-name.js";
import { type BackupRequest, type CreatedBackup, namesTables } from "./backup-request.js";
import { backupSource } from "./backup-source.js";
import { readCatalog } from "./catalog.js";
import { isDamage } from "./damage.js";
import { encryptionOf, MANIFEST_VERSION, type ManifestBody, type ManifestPart, sealManifest } from "./manifest.js";
import { type Proof, proveBackup } from "./prove-backup.js";
import { putMark } from "./put-mark.js";
import { refreshRecoveryNote } from "./refresh-recovery-note.js";
import type { BackupServices } from "./services.js";
import { storePart } from "./store-part.js";
import { type ReadableBackup, type ReadLevel, verifyBackup } from "./verify-backup.js";

/** Above this size `--fingerprint auto` counts rows instead of hashing them. */
const HASH_LIMIT_BYTES = 20e9;

interface Stored {
  readonly parts: readonly ManifestPart[];
  /** Unencrypted copies in the work folder, where this machine could not open what it stored; empty otherwise. */
  readonly plainParts: readonly ManifestPart[];
  readonly compression: Compression;
  readonly verified: "none" | ReadLevel;
}

interface Seen {
  readonly fingerprint: Fingerprint;
  readonly condition: SourceCondition;
}

/** One backup being taken: what it has put into the store can be taken back. */
export class BackupRun {
  readonly #driver: Driver;
  readonly #request: BackupRequest;
  readonly #services: BackupServices;
  readonly #id: string;
  readonly #startedAt: Date;
  readonly #startedMs: number;
  readonly #put: string[] = [];
  #isPartial: boolean;

  constructor(driver: Driver, request: BackupRequest, options: { services: BackupServices; id: string; at: Date }) {
    this.#driver = driver;
    this.#request = request;
    this.#services = options.services;
    this.#id = options.id;
    this.#startedAt = options.at;
    this.#startedMs = options.services.driverContext.clock.monotonicMs();
    this.#isPartial = namesTables(request.snapshot);
  }

  /** Whether only a part is wished; of a driver's own arguments it is known once there is a snapshot. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  async take(): Promise<CreatedBackup> {
    const { storage } = this.#request;
    const { draft, stored } = await this.#read();
    const { proof, unproven } = await this.#prove(draft, stored.plainParts);
    // What is stored and verified stays, also when the run was told to stop during its proof.
    const { signal } = new AbortController();
    const body = {
      ...draft,
      verified: proof === null ? stored.verified : "restore",
      durationMs: this.#elapsedMs(),
    } as const;
    const { manifest, text } = sealManifest(body);
    await storage.put(manifestName(this.#id), Readable.from([text]), signal);
    // From here on it is a backup: nothing that fails afterwards may take its files back.
    this.#put.length = 0;
    if (proof !== null)
      await this.#afterwards(() => putMark(storage, { kind: "proof", ...proof.mark }, this.#services));
    await this.#afterwards(() => refreshRecoveryNote(storage));
    return { manifest, proof, unproven };
  }

  /** On return the source is let go: its locks and its old row versions are not held for as long as a proof takes. */
  async #read(): Promise<{ draft: ManifestBody; stored: Stored }> {
    const fingerprintMode = await this.#fingerprintMode();
    await using snapshot = await this.#driver.takeSnapshot({
      ...this.#request.snapshot,
      fingerprint: fingerprintMode,
      workDir: await this.#services.driverContext.workDir(),
    });
    this.#isPartial = snapshot.isPartial;
    const [stored, fingerprint, condition] = await this.#storeAndLook(snapshot);
    return { draft: await this.#describe(snapshot, stored, { fingerprint, condition }), stored };
  }

  async #afterwards(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#services.driverContext.progress.warn(`the backup is complete, but: ${messageOf(error)}`);
    }
  }

  /** Takes back what was put; without a manifest none of it is a backup. */
  async undo(): Promise<void> {
    if ((await this.#request.storage.stat(manifestName(this.#id))) !== null) return;
    for (const file of this.#put) await this.#request.storage.delete(file);
  }

  async #fingerprintMode(): Promise<FingerprintMode> {
    const { fingerprint } = this.#request;
    if (fingerprint !== "auto") return fingerprint;
    const { sizeBytes } = await this.#driver.server();
    return sizeBytes <= HASH_LIMIT_BYTES ? "hash" : "counts";
  }

  /** Stores the parts and reads them again while the engine reads the same snapshot; the first failure stops the other. */
  async #storeAndLook(snapshot: Snapshot): Promise<[Stored, Fingerprint, SourceCondition]> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#services.driverContext.signal, stop.signal]);
    const storing = this.#storeAndVerify(snapshot, { ...this.#services.driverContext, signal });
    try {
      return await Promise.all([storing, snapshot.fingerprint(), snapshot.condition()]);
    } catch (error) {
      stop.abort(error);
      await storing.catch(() => {});
      throw error;
    }
  }

  async #storeAndVerify(snapshot: Snapshot, context: DriverContext): Promise<Stored> {
    const stored = await this.#storeParts(snapshot, context);
    const { engine } = snapshot.origin;
    const { parts } = stored;
    return { ...stored, verified: await this.#verify({ engine, format: formatOf(snapshot), parts }, context) };
  }

  async #storeParts(snapshot: Snapshot, context: DriverContext): Promise<Omit<Stored, "verified">> {
    const { storage, level, encryption } = this.#request;
    const { env, progress } = context;
    const { kind: compression, notice } = await chooseCompression(this.#request.compression, env);
    if (notice !== null) progress.note(notice);
    const { content } = await this.#services.engine(snapshot.origin.engine);
    const parts: ManifestPart[] = [];
    const plainParts: ManifestPart[] = [];
    const plain = await this.#plainStorage();
    for (const part of snapshot.parts) {
      const phase = progress.phase(`storing ${part.kind}`, { total: part.estimatedBytes ?? undefined, unit: "bytes" });
      const recipe = { id: this.#id, compression, level, content, encryption };
      const stored = await storePart(part, { storage, recipe, context, phase, plain });
      this.#put.push(stored.part.file);
      parts.push(stored.part);
      if (stored.plain !== null) plainParts.push(stored.plain);
      phase.done(`${formatBytes(stored.part.rawBytes)} as ${formatBytes(stored.part.storedBytes)}`);
    }
    return { parts, plainParts, compression };
  }

  /** A host that holds only recipients proves from the bytes as they were before encryption. */
  async #plainStorage(): Promise<Storage | null> {
    const { verify, encryption, keys } = this.#request;
    if (verify !== "restore" || encryption?.kind !== "recipients" || keys.identity !== null) return null;
    return openLocalStorage(join(await this.#services.driverContext.workDir(), "plain"), this.#services.run);
  }

  async #describe(snapshot: Snapshot, stored: Stored, { fingerprint, condition }: Seen): Promise<ManifestBody> {
    const { name, storage, encryption } = this.#request;
    const { run, version } = this.#services;
    const { engine, identity, takenAt, ...origin } = snapshot.origin;
    return {
      version: MANIFEST_VERSION,
      id: this.#id,
      target: name,
      engine,
      format: formatOf(snapshot),
      identity,
      seq: (await readCatalog(storage)).highestSeq + 1,
      startedAt: this.#startedAt.toISOString(),
      takenAt: takenAt.toISOString(),
      durationMs: this.#elapsedMs(),
      run,
      tool: { name: "dbops", version },
      origin,
      isPartial: snapshot.isPartial,
      condition: { state: condition.state, details: [...condition.details] },
      compression: stored.compression,
      encryption: encryptionOf(encryption),
      parts: [...stored.parts],
      fingerprint: {
        algorithm: fingerprint.algorithm,
        schemaAlgorithm: fingerprint.schemaAlgorithm,
        schemaHash: fingerprint.schemaHash,
        tables: [...fingerprint.tables],
        notCovered: [...fingerprint.notCovered],
      },
      verified: "none",
      adopted: false,
      auditHead: this.#services.auditHead(),
    };
  }

  async #verify(stored: Omit<ReadableBackup, "encryption">, driverContext: DriverContext): Promise<"none" | ReadLevel> {
    const { verify, storage, keys, encryption } = this.#request;
    if (verify === "none") return "none";
    const level = verify === "stored" ? "stored" : "read";
    const services = { driverContext, engine: (name: string) => this.#services.engine(name) };
    return await verifyBackup({ ...stored, encryption }, level, { storage, keys, services });
  }

  async #prove(
    draft: ManifestBody,
    plainParts: readonly ManifestPart[],
  ): Promise<{ proof: Proof | null; unproven: DbopsError | null }> {
    const { verify, keys, scratch, snapshot } = this.#request;
    if (verify !== "restore") return { proof: null, unproven: null };
    const plain = await this.#plainStorage();
    const readable = plain === null ? draft : { ...draft, encryption: null, parts: [...plainParts] };
    const storage = plain ?? this.#request.storage;
    const source = backupSource(readable, { storage, keys, services: this.#services });
    try {
      const request = { manifest: draft, source, scratch, jobs: snapshot.jobs };
      return { proof: await proveBackup(request, this.#services), unproven: null };
    } catch (error) {
      if (error instanceof DbopsError && !isDamage(error.code)) return { proof: null, unproven: error };
      throw error;
    }
  }

  #elapsedMs(): number {
    return Math.round(this.#services.driverContext.clock.monotonicMs() - this.#startedMs);
  }
}

function formatOf({ parts }: Snapshot): string {
  return parts.find(({ kind }) => kind === "main")?.extension ?? "";
}
