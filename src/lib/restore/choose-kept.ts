import { basename } from "node:path";
import type { KeptPrevious } from "../../drivers/restore-model.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import type { Storage } from "../storage/storage.js";
import { type InPlaceRestore, lastInPlace, wayBack } from "./in-place-restore.js";
import { type Destination, wordFor } from "./open-destination.js";
import type { RestoreServices } from "./restore-services.js";

export interface UndoWish {
  /** A kept state; null = what the last restore replaced. */
  readonly name: string | null;
  /** Where restores are recorded; null when no store is known. */
  readonly storage: Storage | null;
}

/** What an undo puts back. RESTORE.NOTHING_TO_UNDO, also when the last restore was in place; USAGE.INVALID. */
export async function keptToUndo(
  destination: Destination,
  { name, storage }: UndoWish,
  services: RestoreServices,
): Promise<KeptPrevious> {
  const kept = await destination.restorer.previous();
  if (name !== null && kept.length > 0) return namedOf(kept, name);
  const inPlace = await lastInPlace(destination, { kept, storage }, services);
  if (inPlace !== null) throw wasInPlace(destination, inPlace, kept);
  const [newest] = kept;
  if (newest !== undefined) return newest;
  throw nothingKept(destination, `restore a backup instead: dbops backup list ${shellWord(wordFor(destination))}`);
}

function wasInPlace(destination: Destination, last: InPlaceRestore, [older]: readonly KeptPrevious[]): DbopsError {
  const word = wordFor(destination);
  const instead =
    older === undefined
      ? ""
      : `; to put back what an earlier restore replaced: dbops restore undo ${shellWord(word)} ${shellWord(older.name)}`;
  return new DbopsError("RESTORE.NOTHING_TO_UNDO", {
    message: `the last restore of ${destination.target.name} was in place: no kept state is what it replaced`,
    why: `what it replaced is the backup ${last.safetyBackup} in ${last.store}`,
    hint: `${wayBack(word, last)}${instead}`,
  });
}

/** The kept states meant: all, the named one, or the only one. USAGE.INVALID, RESTORE.NOTHING_TO_UNDO. */
export async function chosenKept(
  destination: Destination,
  { name, isAll }: { readonly name: string | null; readonly isAll: boolean },
): Promise<readonly KeptPrevious[]> {
  const kept = await destination.restorer.previous();
  if (name !== null) return [namedOf(kept, name)];
  if (kept.length === 0) throw nothingKept(destination, "there is nothing to delete, and no space to gain here");
  if (isAll) return kept;
  if (kept.length === 1) return kept;
  throw new DbopsError("USAGE.INVALID", {
    message: `${kept.length} earlier states are kept, and none was named`,
    why: kept.map((each) => each.name).join("\n"),
    hint: "name one of them, or add --all",
  });
}

function nothingKept({ target, restorer }: Destination, hint: string): DbopsError {
  const inPlace = restorer.losesOldInPlace === true ? ", or it was restored in place, which keeps only a backup" : "";
  return new DbopsError("RESTORE.NOTHING_TO_UNDO", {
    message: `no earlier state of ${target.name} is kept`,
    why: `no restore has replaced it, or what was kept has been discarded${inPlace}`,
    hint,
  });
}

/** A file is found by its base name too. */
function namedOf(kept: readonly KeptPrevious[], name: string): KeptPrevious {
  const found = kept.find((each) => each.name === name || basename(each.name) === name);
  if (found !== undefined) return found;
  throw new DbopsError("USAGE.INVALID", {
    message: `"${name}" is no kept state`,
    why: kept.length === 0 ? "none is kept" : `kept are: ${kept.map((each) => each.name).join(", ")}`,
    hint: "`dbops restore previous` lists them",
  });
}
