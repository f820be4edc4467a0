import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { deletionName, idOfDeletion, manifestName } from "./backup-name.js";
import { readCatalog } from "./catalog.js";
import { type ManifestBody, partSchema } from "./manifest.js";
import { parseMarkName } from "./marks.js";
import { refreshRecoveryNote } from "./refresh-recovery-note.js";

/** What a deletion is about to delete, so that the next holder of the lock can finish it. */
const deletionSchema = z.object({
  version: z.int().max(1),
  id: z.string(),
  identity: z.string(),
  files: z.array(partSchema.pick({ file: true, storedBytes: true })),
});

type Deletion = z.infer<typeof deletionSchema>;

type Doomed = Pick<ManifestBody, "id" | "identity" | "parts">;

/** Says in the store what will be deleted, before it is. A full disk has no room for that, and deleting is what helps it. */
export async function announceDeletion(storage: Storage, { id, identity, parts }: Doomed): Promise<void> {
  const files = parts.map(({ file, storedBytes }) => ({ file, storedBytes }));
  const deletion: Deletion = { version: 1, id, identity, files };
  await storage.delete(deletionName(id));
  try {
    await storage.put(
      deletionName(id),
      Readable.from([`${JSON.stringify(deletion, null, 2)}\n`]),
      new AbortController().signal,
    );
  } catch (error) {
    if (!(error instanceof DbopsError && error.code === "RESOURCE.DISK_FULL")) throw error;
  }
}

/** Deletes the marks of a backup whose manifest is gone. */
export async function deleteMarks(storage: Storage, id: string): Promise<void> {
  for (const { name } of await storage.list(`${id}.`)) {
    if (parseMarkName(name)?.id === id) await storage.delete(name);
  }
}

/** Finishes what a killed run began to delete; the caller holds the store's lock for `identity`. Returns the names of the files. */
export async function finishDeletions(storage: Storage, identity: string): Promise<string[]> {
  const begun = (await storage.list("")).filter(({ name }) => idOfDeletion(name) !== null);
  const finished: string[] = [];
  for (const { name } of begun) {
    const deletion = parseDeletion(await text(await storage.get(name)));
    if (deletion === null || deletion.identity !== identity || deletionName(deletion.id) !== name) continue;
    // With its manifest it is a whole backup: whether it goes is for retention to decide anew.
    if ((await storage.stat(manifestName(deletion.id))) === null) finished.push(...(await finish(storage, deletion)));
    await storage.delete(name);
  }
  if (finished.length > 0) await refreshRecoveryNote(storage);
  return finished;
}

async function finish(storage: Storage, { id, files }: Deletion): Promise<string[]> {
  await deleteMarks(storage, id);
  const { entries } = await readCatalog(storage);
  const named = new Set(entries.flatMap(({ manifest }) => manifest.parts.map(({ file }) => file)));
  const deleted: string[] = [];
  for (const { file, storedBytes } of files) {
    if (!file.startsWith(`${id}.`) || named.has(file)) continue;
    // Of another size it is not what was to be deleted.
    if ((await storage.stat(file))?.bytes !== storedBytes) continue;
    await storage.delete(file);
    deleted.push(file);
  }
  return deleted;
}

function parseDeletion(content: string): Deletion | null {
  try {
    return deletionSchema.parse(JSON.parse(content));
  } catch {
    return null;
  }
}
