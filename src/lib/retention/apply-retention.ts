import { deletionName, manifestName } from "../backup/backup-name.js";
import type { Catalog, CatalogEntry } from "../backup/catalog.js";
import { announceDeletion, deleteMarks } from "../backup/deletion.js";
import { refreshRecoveryNote } from "../backup/refresh-recovery-note.js";
import { DbopsError } from "../core/errors.js";
import type { ProgressSink } from "../core/progress.js";
import type { Storage } from "../storage/storage.js";
import type { DroppedBackup } from "./plan-retention.js";

export interface ApplyOptions {
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
}

/** Whether anything may be deleted at all. STORE.NOT_WRITABLE. */
export async function requireWritableStore(storage: Storage): Promise<void> {
  if (await storage.isWritable()) return;
  throw new DbopsError("STORE.NOT_WRITABLE", {
    message: `nothing can be deleted in ${storage.label}`,
    why: "the store is read-only for this user",
    hint: "run this as the user that owns the store, or add --dry-run to see what would go",
  });
}

/**
 * Deletes what a plan has dropped and returns the stored bytes freed; the caller holds the store's lock. Manifests go first:
 * whatever stops the work, no manifest is left without its files, and the next holder finishes it. STORE.NOT_WRITABLE.
 */
export async function applyRetention(
  catalog: Catalog,
  dropped: readonly DroppedBackup[],
  options: ApplyOptions,
): Promise<number> {
  const ids = new Set(dropped.map(({ id }) => id));
  const leaving = catalog.entries.filter(({ manifest }) => ids.has(manifest.id));
  if (leaving.length === 0) return 0;
  const shared = new Set(filesOf(catalog.entries.filter((entry) => !leaving.includes(entry))));
  const phase = options.progress.phase("deleting backups", { total: leaving.length });
  let freedBytes = 0;
  // Oldest first: a run that is stopped has freed what was needed least.
  for (const entry of leaving.toReversed()) {
    options.signal.throwIfAborted();
    freedBytes += await deleteBackup(catalog.storage, entry, shared);
    options.progress.note(`deleted ${entry.manifest.id}`);
    phase.advance(1);
  }
  phase.done();
  await refreshNote(catalog.storage, options.progress);
  return freedBytes;
}

async function deleteBackup(
  storage: Storage,
  { manifest }: CatalogEntry,
  shared: ReadonlySet<string>,
): Promise<number> {
  const parts = manifest.parts.filter(({ file }) => !shared.has(file));
  await announceDeletion(storage, { ...manifest, parts });
  await storage.delete(manifestName(manifest.id));
  await deleteMarks(storage, manifest.id);
  for (const { file } of parts) await storage.delete(file);
  await storage.delete(deletionName(manifest.id));
  return parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
}

/** RESTORE.md must not name files that are gone; but what was deleted is deleted, with or without it. */
async function refreshNote(storage: Storage, progress: ProgressSink): Promise<void> {
  try {
    await refreshRecoveryNote(storage);
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    progress.warn(`RESTORE.md could not be renewed: ${error.message}`);
  }
}

function filesOf(entries: readonly CatalogEntry[]): string[] {
  return entries.flatMap(({ manifest }) => manifest.parts.map(({ file }) => file));
}
