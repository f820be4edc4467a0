import { basename } from "node:path";
import type { KeptPrevious } from "../../drivers/restore-model.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import { type Destination, wordFor } from "./open-destination.js";

/** The newest kept state. RESTORE.NOTHING_TO_UNDO. */
export async function newestKept(destination: Destination): Promise<KeptPrevious> {
  const [newest] = await destination.restorer.previous();
  if (newest !== undefined) return newest;
  throw nothingKept(destination, `restore a backup instead: dbops backup list ${shellWord(wordFor(destination))}`);
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

function nothingKept({ target }: Destination, hint: string): DbopsError {
  return new DbopsError("RESTORE.NOTHING_TO_UNDO", {
    message: `no earlier state of ${target.name} is kept`,
    why: "no restore has replaced it, or what was kept has been discarded",
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
