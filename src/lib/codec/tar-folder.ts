import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { DbopsError } from "../core/errors.js";
import { archiveFiles } from "./archive-files.js";

const LONGEST_NAME_BYTES = 100;

/** The regular files of a folder as one tar stream; it errors when one cannot be read or changes. USAGE.INVALID, BACKUP.DAMAGED. */
export function tarFolder(folder: string): Readable {
  return archiveFiles("tar", { folder, names: () => namesIn(folder) });
}

/** Backwards, so that a table of contents (toc.dat) comes before the tables, whose names are numbers. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).sort().reverse();
  for (const name of names) {
    const path = join(folder, name);
    if (!(await stat(path)).isFile() || Buffer.byteLength(name) > LONGEST_NAME_BYTES) throw strange(path);
  }
  return names;
}

function strange(path: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${path} does not belong into a dump`,
    why: "a folder made by a parallel dump holds only plain files",
    hint: "name the folder that has toc.dat in it",
  });
}
