import { Readable } from "node:stream";
import type { Storage } from "../storage/storage.js";
import { readCatalog } from "./catalog.js";
import { recoveryNote } from "./recovery-note.js";

const NOTE = "RESTORE.md";

/** Rewrites the store's RESTORE.md, so that it names the files that are there now. */
export async function refreshRecoveryNote(storage: Storage): Promise<void> {
  const { entries } = await readCatalog(storage);
  const note = recoveryNote(entries.map(({ manifest }) => manifest));
  await storage.delete(NOTE);
  await storage.put(NOTE, Readable.from([note]), new AbortController().signal);
}
