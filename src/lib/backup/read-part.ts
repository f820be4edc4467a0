import type { Readable } from "node:stream";
import { openDecompressor } from "../codec/decompress.js";
import { type Keys, openDecryptor } from "../codec/decrypt.js";
import { type Digest, type HashTap, openHashTap } from "../codec/hash-tap.js";
import { connect } from "../codec/pipeline.js";
import type { Stage } from "../codec/stage.js";
import { DbopsError } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import type { Storage } from "../storage/storage.js";
import { outerLayers } from "./backup-name.js";
import type { ManifestPart } from "./manifest.js";
import type { BackupServices } from "./services.js";

export interface ReadOptions {
  readonly storage: Storage;
  readonly keys: Keys;
  readonly services: Pick<BackupServices, "driverContext" | "engine">;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** The raw bytes of a part; the stream errors at its end unless stored and raw hashes are those of the manifest. */
export async function readPart(part: ManifestPart, options: ReadOptions): Promise<Readable> {
  const { storage, keys, services, onBytes } = options;
  const { children, env, signal } = services.driverContext;
  const { compression, isEncrypted } = outerLayers(part.file);
  const stored = openHashTap(onBytes);
  const raw = openHashTap();
  const decryptor = isEncrypted ? await openDecryptor(keys, { children, env, file: part.file }) : null;
  const decompressor = await openDecompressor(compression, { children, env });
  const unpack = decompressor === null ? null : namingFile(decompressor, part.file);
  const unpacked = heldPromise(Promise.all([decryptor?.ended, unpack?.ended]));
  const source = { stream: await storage.get(part.file), ended: agreement(part, { stored, raw, unpacked }) };
  return connect(source, [stored, decryptor, unpack, raw], signal).output;
}

/** Reads a part's stored bytes alone. BACKUP.CHECKSUM_MISMATCH. */
export async function checkStoredBytes(part: ManifestPart, options: ReadOptions): Promise<void> {
  const stored = openHashTap(options.onBytes);
  const chain = connect(await options.storage.get(part.file), [stored], options.services.driverContext.signal);
  chain.output.resume();
  await chain.ended;
  compare(part, "stored", await stored.digest);
}

/** A decompressor does not know whose bytes it reads. */
function namingFile(stage: Stage, file: string): Stage {
  const ended = stage.ended.catch((error: unknown) => {
    if (!(error instanceof DbopsError) || error.code !== "BACKUP.DAMAGED") throw error;
    const { why, hint } = error;
    const details = { why: why ?? undefined, hint: hint ?? undefined, cause: error };
    throw new DbopsError("BACKUP.DAMAGED", { message: `${file}: ${error.message}`, ...details });
  });
  return { ...stage, ended: heldPromise(ended) };
}

interface Reading {
  readonly stored: HashTap;
  readonly raw: HashTap;
  readonly unpacked: Promise<unknown>;
}

/** The pipe of a killed program ends as if that were all: its own word comes before the count of its bytes. */
async function agreement(part: ManifestPart, { stored, raw, unpacked }: Reading): Promise<void> {
  compare(part, "stored", await stored.digest);
  await unpacked;
  compare(part, "raw", await raw.digest);
}

function compare(part: ManifestPart, layer: "stored" | "raw", found: Digest): void {
  const expected =
    layer === "stored"
      ? { bytes: part.storedBytes, sha256: part.storedSha256 }
      : { bytes: part.rawBytes, sha256: part.rawSha256 };
  if (found.bytes === expected.bytes && found.sha256 === expected.sha256) return;
  const why =
    found.bytes === expected.bytes
      ? `its ${layer} SHA-256 is ${found.sha256}, the manifest says ${expected.sha256}`
      : `it has ${found.bytes} ${layer} bytes, the manifest says ${expected.bytes}`;
  throw new DbopsError("BACKUP.CHECKSUM_MISMATCH", {
    message: `${part.file} is not what was backed up`,
    why,
    hint: "restore from another backup: `dbops backup list` shows which are proven",
  });
}
