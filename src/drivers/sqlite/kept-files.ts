import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { basicTime } from "../../lib/core/clock.js";
import type { KeptPrevious } from "../restore-model.js";

const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?$/;

/** Files that belong to a database file and must go where it goes. */
export const LOG_SUFFIXES = ["-wal", "-journal"] as const;

/** A free name beside the file for the state that is being replaced. */
export async function keptName(path: string, at: Date): Promise<string> {
  const stem = `${path}.before-${basicTime(at)}`;
  const taken = new Set(await readdir(dirname(path)));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.has(basename(name))) return name;
  }
}

/** The kept states of a file, newest first. */
export async function keptFiles(path: string): Promise<readonly KeptPrevious[]> {
  const prefix = `${basename(path)}.before-`;
  const names = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(prefix) && STAMP.test(name.slice(prefix.length)),
  );
  const kept = await Promise.all(
    names.sort().map(async (name): Promise<KeptPrevious> => {
      const file = join(dirname(path), name);
      return { name: file, replacedAt: stampOf(name.slice(prefix.length)), sizeBytes: (await stat(file)).size };
    }),
  );
  return kept.reverse();
}

export async function removeKept(name: string): Promise<void> {
  for (const suffix of ["", ...LOG_SUFFIXES, "-shm"]) await rm(name + suffix, { force: true });
}

function stampOf(stamp: string): Date | null {
  const iso = stamp.replace(STAMP, "$1-$2-$3T$4:$5:$6Z");
  return new Date(iso);
}
