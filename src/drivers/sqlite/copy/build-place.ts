import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const SIDE_FILES = ["-wal", "-shm", "-journal"] as const;

/** Where a run builds the copy that is to be the file at `path`; no sweep of restores or imports takes it away. */
export function buildPlace(path: string, run: string): string {
  return join(dirname(path), `.${basename(path)}.dbops-copy-${run}`);
}

export async function removePlace(place: string): Promise<void> {
  for (const suffix of ["", ...SIDE_FILES]) await rm(place + suffix, { force: true });
}
