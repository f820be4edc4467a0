import type { DriverContext } from "../../drivers/driver.js";
import type { Production, SnapshotPart } from "../../drivers/snapshot-model.js";
import type { Compression } from "../codec/choose-compression.js";
import { openCompressor } from "../codec/compress.js";
import { type Encryption, openEncryptor } from "../codec/encrypt.js";
import { type HashTap, openHashTap } from "../codec/hash-tap.js";
import { connect } from "../codec/pipeline.js";
import { openTee } from "../codec/tee.js";
import { DbopsError } from "../core/errors.js";
import type { Phase } from "../core/progress.js";
import type { Storage } from "../storage/storage.js";
import { partFileName } from "./backup-name.js";
import { assertEncrypted } from "./encrypted-file.js";
import type { ManifestPart } from "./manifest.js";

export interface PartRecipe {
  readonly id: string;
  readonly compression: Compression;
  readonly level: number | null;
  readonly encryption: Encryption | null;
}

export interface StoreOptions {
  readonly storage: Storage;
  readonly recipe: PartRecipe;
  readonly context: DriverContext;
  readonly phase: Phase;
  /** Also keeps the compressed bytes as they were before encryption, where no key could open what is stored. */
  readonly plain: Storage | null;
}

export interface StoredPart {
  readonly part: ManifestPart;
  /** The copy in `plain`, described like a part. */
  readonly plain: ManifestPart | null;
}

/**
 * Streams a part through hash, compressor, age and hash into the store. Nothing becomes visible unless the producer and
 * every stage ended well and agree on the bytes. BACKUP.INCOMPLETE, BACKUP.NOT_ENCRYPTED and what the stages throw.
 */
export async function storePart(part: SnapshotPart, options: StoreOptions): Promise<StoredPart> {
  const { storage, recipe, phase, plain } = options;
  const { children, env, signal } = options.context;
  const raw = openHashTap((bytes) => phase.advance(bytes));
  const compressor = await openCompressor(recipe.compression, { level: recipe.level, children, env });
  const encryptor = recipe.encryption === null ? null : await openEncryptor(recipe.encryption, { children, env });
  const tee = plain === null ? null : openTee();
  const production = await part.produce();
  const source = { stream: production.stream, ended: agreement(part, production, raw) };
  const chain = connect(source, [raw, compressor, tee, encryptor], signal);
  const file = fileName(part, recipe, recipe.encryption !== null);
  const plainFile = fileName(part, recipe, false);
  const [stored, copied] = await Promise.all([
    storage.put(file, chain.output, signal),
    plain === null || tee === null ? null : plain.put(plainFile, tee.copy, signal),
  ]);
  if (recipe.encryption !== null) await assertEncrypted(storage, file);
  const { bytes: rawBytes, sha256: rawSha256 } = await raw.digest;
  const described = { kind: part.kind, rawBytes, rawSha256 };
  return {
    part: { ...described, file, storedBytes: stored.bytes, storedSha256: stored.sha256 },
    plain:
      copied === null
        ? null
        : { ...described, file: plainFile, storedBytes: copied.bytes, storedSha256: copied.sha256 },
  };
}

function fileName({ kind, extension }: SnapshotPart, { id, compression }: PartRecipe, isEncrypted: boolean): string {
  return partFileName(id, { part: kind, extension, compression, isEncrypted });
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
