import type { ArchiveFacts, Engine } from "../../drivers/driver.js";
import type { PreflightLine } from "../../drivers/restore-model.js";
import { checkStoredBytes } from "../backup/read-part.js";
import { DbopsError } from "../core/errors.js";
import { formatBytes, formatCount } from "../core/units.js";
import type { FoundBackup, FoundSource } from "./find-source.js";
import { openSource } from "./open-source.js";
import type { SourceReading } from "./source-reading.js";

/**
 * Finds out whether the data can be read. Of a backup: all files there, the key opens it, the stored bytes are those of
 * the manifest; a file is read to its end. BACKUP.PART_MISSING, KEY_MISSING, WRONG_KEY, CHECKSUM_MISMATCH, DAMAGED.
 */
export async function checkSource(
  found: FoundSource,
  engine: Engine,
  reading: SourceReading,
): Promise<readonly PreflightLine[]> {
  if (found.kind === "backup") return await checkBackup(found, reading);
  const raw = await openSource(found, reading).openMain();
  const facts = await engine.inspect(found.recipe.kind, raw, reading.services.driverContext);
  return [{ subject: "file", isOk: true, detail: describe(facts) }];
}

async function checkBackup(found: FoundBackup, reading: SourceReading): Promise<PreflightLine[]> {
  const { manifest } = found.entry;
  requireParts(found);
  try {
    await readBeginning(found, reading);
  } catch (error) {
    // A damaged header looks like a wrong key: the checksum knows better.
    if (error instanceof DbopsError && error.code === "BACKUP.WRONG_KEY") await checkParts(found, reading);
    throw error;
  }
  await checkParts(found, reading);
  const total = manifest.parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return [
    { subject: "key", isOk: true, detail: manifest.encryption === null ? "not encrypted" : "opens the file" },
    { subject: "checksum", isOk: true, detail: `${formatBytes(total)}, as the manifest says` },
  ];
}

async function checkParts({ entry, storage }: FoundBackup, reading: SourceReading): Promise<void> {
  const { parts } = entry.manifest;
  const total = parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const phase = reading.services.driverContext.progress.phase("checking the backup", { total, unit: "bytes" });
  const onBytes = (bytes: number): void => phase.advance(bytes);
  for (const part of parts) await checkStoredBytes(part, { ...reading, storage, onBytes });
  phase.done();
}

function requireParts({ entry: { manifest, missing } }: FoundBackup): void {
  if (missing.length === 0) return;
  throw new DbopsError("BACKUP.PART_MISSING", {
    message: `${manifest.id} is not complete in its store`,
    why: `missing, or of another size than its manifest says: ${missing.join(", ")}`,
    hint: "choose another backup: `dbops backup list` shows which are proven",
  });
}

/** Opens the main part and lets it go after the first bytes: by then the key has been tried. */
async function readBeginning(found: FoundBackup, reading: SourceReading): Promise<void> {
  for await (const _bytes of await openSource(found, reading).openMain()) return;
}

function describe({ entries, serverVersion }: ArchiveFacts): string {
  const from = serverVersion === null ? "" : `, made with version ${serverVersion}`;
  return `readable to its end, ${formatCount(entries)} entries${from}`;
}
