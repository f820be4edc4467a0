import { finished } from "node:stream/promises";
import { assertEncrypted } from "./encrypted-file.js";
import type { ManifestBody, ManifestPart } from "./manifest.js";
import { checkStoredBytes, type ReadOptions, readPart } from "./read-part.js";

export type ReadLevel = "stored" | "read";

/**
 * Re-reads every part: `stored` compares the stored bytes; `read` also decrypts, decompresses, compares the raw bytes and
 * reads the archive's structure. Returns the level really reached: without a key `read` is only `stored`.
 */
export async function verifyBackup(manifest: ManifestBody, level: ReadLevel, options: ReadOptions): Promise<ReadLevel> {
  const reached = level === "read" && canOpen(manifest, options) ? "read" : "stored";
  const total = manifest.parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const phase = options.services.driverContext.progress.phase("verifying", { total, unit: "bytes" });
  const counting = { ...options, onBytes: (bytes: number) => phase.advance(bytes) };
  for (const part of manifest.parts) {
    if (manifest.encryption !== null) await assertEncrypted(options.storage, part.file);
    if (reached === "stored") await checkStoredBytes(part, counting);
    else await readWhole(manifest, part, counting);
  }
  phase.done(reached);
  return reached;
}

/** Whether the keys at hand are of the kind that this backup needs; whether they fit shows when it is opened. */
export function canOpen(manifest: ManifestBody, { keys }: Pick<ReadOptions, "keys">): boolean {
  if (manifest.encryption === null) return true;
  return manifest.encryption.kind === "passphrase" ? keys.passphrase !== null : keys.identity !== null;
}

async function readWhole(manifest: ManifestBody, part: ManifestPart, options: ReadOptions): Promise<void> {
  const raw = await readPart(part, options);
  if (part.kind === "main") {
    const engine = await options.services.engine(manifest.engine);
    await engine.inspect(manifest.format, raw, options.services.driverContext);
    return;
  }
  raw.resume();
  await finished(raw);
}
