import type { DriverContext } from "../../drivers/driver.js";
import type { Production, SnapshotPart } from "../../drivers/snapshot-model.js";
import type { Compression } from "../codec/choose-compression.js";
import { type Content, openCompressor } from "../codec/compress.js";
import { type Encryption, openEncryptor } from "../codec/encrypt.js";
import { feedFile } from "../codec/feed-file.js";
import { type Digest, openHashTap } from "../codec/hash-tap.js";
import { connect, type Source } from "../codec/pipeline.js";
import type { Stage } from "../codec/stage.js";
import { openTee } from "../codec/tee.js";
import { DbopsError, foreignCode } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import type { Phase } from "../core/progress.js";
import type { Storage } from "../storage/storage.js";
import { partFileName } from "./backup-name.js";
import { assertEncrypted } from "./encrypted-file.js";
import type { ManifestPart } from "./manifest.js";

export interface PartRecipe {
  readonly id: string;
  readonly compression: Compression;
  readonly level: number | null;
  readonly content: Content;
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
  const compressor = await openCompressor(recipe.compression, { ...recipe, children, env });
  const encryptor = recipe.encryption === null ? null : await openEncryptor(recipe.encryption, { children, env });
  const tee = plain === null ? null : openTee();
  const { source, stages, raw } = await openRaw(part, compressor, (bytes) => phase.advance(bytes));
  const chain = connect(source, [...stages, tee, encryptor], signal);
  const file = fileName(part, recipe, recipe.encryption !== null);
  const plainFile = fileName(part, recipe, false);
  const storing = storage.put(file, chain.output, signal);
  const copying = plain === null || tee === null ? null : plain.put(plainFile, tee.copy, signal);
  const [stored, copied] = await unlessFailed({ storage, file, storing }, async () => {
    const both = await Promise.all([storing, copying]);
    if (recipe.encryption !== null) await assertEncrypted(storage, file);
    return both;
  });
  const { bytes: rawBytes, sha256: rawSha256 } = await raw;
  const described = { kind: part.kind, rawBytes, rawSha256 };
  return {
    part: { ...described, file, storedBytes: stored.bytes, storedSha256: stored.sha256 },
    plain:
      copied === null
        ? null
        : { ...described, file: plainFile, storedBytes: copied.bytes, storedSha256: copied.sha256 },
  };
}

interface Storing {
  readonly storage: Storage;
  readonly file: string;
  readonly storing: Promise<unknown>;
}

/** What was stored goes again when the work that belongs to it fails: unencrypted bytes above all. */
async function unlessFailed<T>({ storage, file, storing }: Storing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isStored = await storing.then(
      () => true,
      () => false,
    );
    if (isStored) await storage.delete(file);
    throw error;
  }
}

function fileName({ kind, extension }: SnapshotPart, { id, compression }: PartRecipe, isEncrypted: boolean): string {
  return partFileName(id, { part: kind, extension, compression, isEncrypted });
}

interface Raw {
  readonly source: Source;
  readonly stages: readonly (Stage | null)[];
  readonly raw: Promise<Digest>;
}

/** The raw bytes on their way into the compressor, hashed: as a stream, or from file to pipe by the shortest way. */
async function openRaw(part: SnapshotPart, compressor: Stage | null, onBytes: (bytes: number) => void): Promise<Raw> {
  if (part.file !== undefined && compressor?.isPipe === true) {
    const { path, bytes } = part.file;
    const raw = heldPromise(feedFile(path, compressor.input, onBytes));
    const fed = raw.catch((error: unknown) => brokenPipe(error, compressor));
    const ended = Promise.all([compressor.ended, agreement(part, Promise.resolve({ bytes }), fed)]);
    return { source: { stream: compressor.output, ended }, stages: [], raw };
  }
  const { stream, ended } = await part.produce();
  const tap = openHashTap(onBytes);
  const source = { stream, ended: agreement(part, ended, tap.digest) };
  return { source, stages: [tap, compressor], raw: tap.digest };
}

/** A pipe that breaks knows no cause: the compressor that has broken it does. */
async function brokenPipe(error: unknown, compressor: Stage): Promise<never> {
  if (foreignCode(error) === "EPIPE") await compressor.ended;
  throw error;
}

/** A compressor's clean end on a cut input proves nothing: the producer's own word and count do. */
async function agreement(part: SnapshotPart, ended: Production["ended"], raw: Promise<Digest>): Promise<void> {
  const { bytes: made } = await ended;
  const { bytes: arrived } = await raw;
  if (made !== null && made !== arrived) throw incomplete(part, `it made ${made} bytes and ${arrived} arrived`);
  if (arrived === 0) throw incomplete(part, "it made no bytes at all");
}

function incomplete(part: SnapshotPart, why: string): DbopsError {
  return new DbopsError("BACKUP.INCOMPLETE", { message: `the ${part.kind} part of the backup is incomplete`, why });
}
