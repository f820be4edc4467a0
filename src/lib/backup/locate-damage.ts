import type { DamagePlace } from "../codec/damage-place.js";
import { openDecompressor } from "../codec/decompress.js";
import { type Decryptor, openDecryptor } from "../codec/decrypt.js";
import { openHashTap } from "../codec/hash-tap.js";
import { connect } from "../codec/pipeline.js";
import type { Stage } from "../codec/stage.js";
import { DbopsError } from "../core/errors.js";
import { outerLayers } from "./backup-name.js";
import type { ManifestPart } from "./manifest.js";
import type { ReadOptions } from "./read-part.js";
import { canOpen, type ReadableBackup } from "./verify-backup.js";

/**
 * Reads a backup that was found damaged once more to say where: a file of another size, a chunk of an encrypted file that does
 * not open, or how far its content unpacks. null where a checksum alone tells: it knows no place.
 */
export async function locateDamage(backup: ReadableBackup, options: ReadOptions): Promise<DamagePlace | null> {
  try {
    return await locate(backup, options);
  } catch (error) {
    // A key that does not fit, a store that has gone: then no place is known.
    options.services.driverContext.signal.throwIfAborted();
    if (error instanceof DbopsError) return null;
    throw error;
  }
}

async function locate(backup: ReadableBackup, options: ReadOptions): Promise<DamagePlace | null> {
  const hasKey = canOpen(backup, options);
  for (const part of backup.parts) {
    const stored = (await options.storage.stat(part.file))?.bytes ?? null;
    if (stored === null) return null;
    const end = Math.min(stored, part.storedBytes);
    if (stored !== part.storedBytes) return { of: "file", fromByte: end, toByte: end };
    const place = hasKey ? await placeIn(part, options) : null;
    if (place !== null) return place;
  }
  return null;
}

async function placeIn(part: ManifestPart, options: ReadOptions): Promise<DamagePlace | null> {
  const { children, env } = options.services.driverContext;
  const { compression, isEncrypted } = outerLayers(part.file);
  const openKey = (): Decryptor | null =>
    isEncrypted ? openDecryptor(options.keys, { children, env, file: part.file }) : null;
  const decryptor = openKey();
  if (decryptor !== null && (await goodBytes(part, [decryptor], options)) !== null) {
    const place = decryptor.brokenAt();
    return place === null ? null : { ...place, toByte: within(place.toByte, part.storedBytes) };
  }
  const decompressor = await openDecompressor(compression, { children, env });
  if (decompressor === null) return null;
  const fromByte = await goodBytes(part, [openKey(), decompressor], options);
  // A checksum at the very end says that something before it is wrong.
  return fromByte === null || fromByte >= part.rawBytes ? null : { of: "content", fromByte, toByte: null };
}

/** How many bytes came out before the stages found damage; null when they found none. */
async function goodBytes(
  part: ManifestPart,
  stages: readonly (Stage | null)[],
  { storage, services }: ReadOptions,
): Promise<number | null> {
  const { signal } = services.driverContext;
  let passed = 0;
  const tap = openHashTap((bytes) => {
    passed += bytes;
  });
  const chain = connect(await storage.get(part.file), [...stages, tap], signal);
  chain.output.resume();
  try {
    await chain.ended;
    return null;
  } catch (error) {
    if (!(error instanceof DbopsError && error.code === "BACKUP.DAMAGED")) throw error;
    return stages.at(-1)?.outputBytes?.() ?? passed;
  }
}

function within(toByte: number | null, storedBytes: number): number | null {
  return toByte === null ? null : Math.min(toByte, storedBytes - 1);
}
