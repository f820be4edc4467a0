import { Readable } from "node:stream";
import { z } from "zod";
import type { BackupServices } from "../backup/services.js";
import { messageOf } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";

export const RESTORE_RECORD_VERSION = 1;

/** What a restore left behind in the store, so that later runs and people know what happened. */
export const restoreRecordSchema = z.object({
  version: z.int(),
  run: z.string(),
  at: z.iso.datetime(),
  /** The destination's name, identity and engine. */
  target: z.string(),
  identity: z.string(),
  engine: z.string(),
  /** The backup's ID; null for a file that no manifest describes. */
  backup: z.string().nullable(),
  file: z.string().nullable(),
  /** Under which name the replaced state was kept. */
  previous: z.string().nullable(),
  /** The backup taken before a restore in place. */
  safetyBackup: z.string().nullable(),
  tables: z.array(
    z.object({
      schema: z.string().nullable(),
      name: z.string(),
      rows: z.int().nullable(),
      matches: z.boolean().nullable(),
    }),
  ),
  durationMs: z.int(),
  host: z.string(),
  tool: z.string(),
});

export type RestoreRecord = z.infer<typeof restoreRecordSchema>;

/** Puts `restore-<run>.json` and returns its name; by then the data is in place, so a failure is a warning and null. */
export async function putRestoreRecord(
  storage: Storage,
  record: RestoreRecord,
  { driverContext }: BackupServices,
): Promise<string | null> {
  const name = `restore-${record.run}.json`;
  try {
    const text = `${JSON.stringify(record, null, 2)}\n`;
    await storage.put(name, Readable.from([text]), new AbortController().signal);
    return name;
  } catch (error) {
    driverContext.progress.warn(`the restore could not be recorded in ${storage.label}: ${messageOf(error)}`);
    return null;
  }
}
