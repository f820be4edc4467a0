import { finished } from "node:stream/promises";
import { assertEncrypted } from "./encrypted-file.js";
import type { ManifestPart } from "./manifest.js";
import { checkStoredBytes, type ReadOptions, readPart } from "./read-part.js";

/** What must be known of a backup to read it again; its manifest need not be written yet. */
export interface ReadableBackup {
  readonly engine: string;
  readonly format: string;
  readonly encryption: { readonly kind: "recipients" | "passphrase" } | null;
  readonly parts: readonly ManifestPart[];
}

export type ReadLevel = "stored" | "read";

/**
 * Re-reads every part: `stored` compares the stored bytes; `read` also decrypts, decompresses, compares the raw bytes and
 * reads the archive's structure. Returns the level really reached: without a key `read` is only `stored`.
 */
export async function verifyBackup(backup: ReadableBackup, level: ReadLevel, options: ReadOptions): Promise<ReadLevel> {
  const reached = level === "read" && canOpen(backup, options) ? "read" : "stored";
  const total = backup.parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const phase = options.services.driverContext.progress.phase("verifying", { total, unit: "bytes" });
  const counting = { ...options, onBytes: (bytes: number) => phase.advance(bytes) };
  for (const part of backup.parts) {
    if (backup.encryption !== null) await assertEncrypted(options.storage, part.file);
    if (reached === "stored") await checkStoredBytes(part, counting);
    else await readWhole(backup, part, counting);
  }
  phase.done(reached);
  return reached;
}

/** Whether the keys at hand are of the kind that this backup needs; whether they fit shows when it is opened. */
export function canOpen(backup: ReadableBackup, { keys }: Pick<ReadOptions, "keys">): boolean {
  if (backup.encryption === null) return true;
  return backup.encryption.kind === "passphrase" ? keys.passphrase !== null : keys.identity !== null;
}

async function readWhole(backup: ReadableBackup, part: ManifestPart, options: ReadOptions): Promise<void> {
  const raw = await readPart(part, options);
  if (part.kind === "main") {
    const engine = await options.services.engine(backup.engine);
    await engine.inspect(backup.format, raw, options.services.driverContext);
    return;
  }
  raw.resume();
  await finished(raw);
}
