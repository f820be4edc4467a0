import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { readCatalog } from "./catalog.js";
import { recoveryNote } from "./recovery-note.js";

const NOTE = "RESTORE.md";

/** Rewrites the store's RESTORE.md, so that it names the files that are there now. */
export async function refreshRecoveryNote(storage: Storage): Promise<void> {
  const { entries } = await readCatalog(storage);
  const note = recoveryNote(entries.map(({ manifest }) => manifest));
  if ((await storage.stat(NOTE)) !== null && (await text(await storage.get(NOTE))) === note) return;
  await storage.delete(NOTE);
  try {
    await storage.put(NOTE, Readable.from([note]), new AbortController().signal);
  } catch (error) {
    // Another target's run in the same store was quicker; whoever comes next writes both.
    if (!(error instanceof DbopsError && error.code === "STORE.EXISTS")) throw error;
  }
}
