import { text } from "node:stream/consumers";
import type { KeptPrevious } from "../../drivers/restore-model.js";
import { DbopsError, messageOf } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import type { Storage } from "../storage/storage.js";
import type { Destination } from "./open-destination.js";
import { type RestoreRecord, restoreRecordSchema } from "./restore-record.js";
import type { RestoreServices } from "./restore-services.js";

/** A restore in place: what it replaced is in the backup that was taken before it, not among the kept states. */
export interface InPlaceRestore {
  readonly at: Date;
  readonly safetyBackup: string;
  /** The store that holds it. */
  readonly store: string;
}

export interface InPlaceSearch {
  /** Newest first. */
  readonly kept: readonly KeptPrevious[];
  /** Where restores are recorded; null when no store is known. */
  readonly storage: Storage | null;
}

/** The last restore of the database if it was in place, as its record in the store says; null if it was not, or nobody knows. */
export async function lastInPlace(
  { restorer, target }: Destination,
  { kept: [newest], storage }: InPlaceSearch,
  { driverContext: { progress } }: RestoreServices,
): Promise<InPlaceRestore | null> {
  if (restorer.losesOldInPlace !== true) return null;
  if (storage === null) {
    if (newest !== undefined)
      progress.warn(`${target.name}: no store is known, so it cannot be said whether the last restore was in place`);
    return null;
  }
  try {
    const record = await newestRecord(restorer.identity.key, storage);
    if (record === null || record.safetyBackup === null) return null;
    const at = new Date(record.at);
    const isOutdated = newest !== undefined && newest.replacedAt !== null && newest.replacedAt > at;
    return isOutdated ? null : { at, safetyBackup: record.safetyBackup, store: storage.label };
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    progress.warn(`it cannot be said whether the last restore was in place: ${messageOf(error)}`);
    return null;
  }
}

/** The command that undoes a restore in place, to paste; `word` names the target. */
export function wayBack(word: string, { safetyBackup, store }: Omit<InPlaceRestore, "at">): string {
  const target = shellWord(word);
  return `dbops restore ${target} --from ${safetyBackup} --store ${shellWord(store)} --in-place --confirm ${target}`;
}

/** The names of records begin with the second in which their run began, which a script's next run may share. */
async function newestRecord(identity: string, storage: Storage): Promise<RestoreRecord | null> {
  const names = (await storage.list("restore-")).map(({ name }) => name).filter((name) => name.endsWith(".json"));
  let newest: { readonly record: RestoreRecord; readonly second: string } | null = null;
  for (const name of names.reverse()) {
    const second = name.slice(0, name.lastIndexOf("-"));
    if (newest !== null && newest.second !== second) break;
    const record = readRecord(await text(await storage.get(name)), `${storage.label}: ${name}`);
    if (record.identity !== identity) continue;
    if (newest === null || record.at > newest.record.at) newest = { record, second };
  }
  return newest?.record ?? null;
}

function readRecord(json: string, place: string): RestoreRecord {
  try {
    return restoreRecordSchema.parse(JSON.parse(json));
  } catch (cause) {
    throw new DbopsError("STORE.NOT_READABLE", { message: `${place} is no record of a restore`, cause });
  }
}
