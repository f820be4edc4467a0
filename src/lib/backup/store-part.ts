import type { Production, SnapshotPart } from "../../drivers/snapshot-model.js";
import type { Compression } from "../codec/choose-compression.js";
import { openCompressor } from "../codec/compress.js";
import { type Encryption, openEncryptor } from "../codec/encrypt.js";
import { type HashTap, openHashTap } from "../codec/hash-tap.js";
import { connect } from "../codec/pipeline.js";
import { DbopsError } from "../core/errors.js";
import type { Phase } from "../core/progress.js";
import type { Storage } from "../storage/storage.js";
import { partFileName } from "./backup-name.js";
import { assertEncrypted } from "./encrypted-file.js";
import type { ManifestPart } from "./manifest.js";
import type { BackupServices } from "./services.js";

export interface PartRecipe {
  readonly id: string;
  readonly compression: Compression;
  readonly level: number | null;
  readonly encryption: Encryption | null;
}

export interface StoreOptions {
  readonly storage: Storage;
  readonly recipe: PartRecipe;
  readonly services: BackupServices;
  readonly phase: Phase;
}

/**
 * Streams a part through hash, compressor, age and hash into the store. Nothing becomes visible unless the producer and
 * every stage ended well and agree on the bytes. BACKUP.INCOMPLETE, BACKUP.NOT_ENCRYPTED and what the stages throw.
 */
export async function storePart(part: SnapshotPart, options: StoreOptions): Promise<ManifestPart> {
  const { storage, recipe, services, phase } = options;
  const { children, env, signal } = services.driverContext;
  const raw = openHashTap((bytes) => phase.advance(bytes));
  const compressor = await openCompressor(recipe.compression, { level: recipe.level, children, env });
  const encryptor = recipe.encryption === null ? null : await openEncryptor(recipe.encryption, { children, env });
  const production = await part.produce();
  const source = { stream: production.stream, ended: agreement(part, production, raw) };
  const file = partFileName(recipe.id, {
    part: part.kind,
    extension: part.extension,
    compression: recipe.compression,
    isEncrypted: recipe.encryption !== null,
  });
  const chain = connect(source, [raw, compressor, encryptor], signal);
  const stored = await storage.put(file, chain.output, signal);
  if (recipe.encryption !== null) await assertEncrypted(storage, file);
  const { bytes: rawBytes, sha256: rawSha256 } = await raw.digest;
  return { kind: part.kind, file, rawBytes, storedBytes: stored.bytes, rawSha256, storedSha256: stored.sha256 };
}

/** A compressor's clean end on a cut input proves nothing: the producer's own word and count do. */
async function agreement(part: SnapshotPart, production: Production, raw: HashTap): Promise<void> {
  const { bytes: made } = await production.ended;
  const { bytes: arrived } = await raw.digest;
  if (made !== null && made !== arrived) throw incomplete(part, `it made ${made} bytes and ${arrived} arrived`);
  if (arrived === 0) throw incomplete(part, "it made no bytes at all");
}

function incomplete(part: SnapshotPart, why: string): DbopsError {
  return new DbopsError("BACKUP.INCOMPLETE", { message: `the ${part.kind} part of the backup is incomplete`, why });
}
