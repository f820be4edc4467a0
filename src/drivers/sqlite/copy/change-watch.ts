import { stat } from "node:fs/promises";
import { foreignCode } from "../../../lib/core/errors.js";
import { openForRead } from "../../../lib/system/files.js";
import type { Connection } from "../connection.js";
import { isDamage, translateError } from "../errors.js";

/** Tells whether others have written since it was made. */
export interface ChangeWatch {
  unchanged(): Promise<"yes" | "no" | "probably">;
}

/** Where the file counts its transactions (https://www.sqlite.org/fileformat2.html#file_change_counter). */
const COUNTER = { at: 24, bytes: 4 };

/** By SQLite itself, which counts what other connections commit. */
export function watchVersion(connection: Connection): ChangeWatch {
  const before = connection.count("PRAGMA data_version");
  return {
    unchanged: async () => {
      const after = versionNow(connection);
      return after === null ? "probably" : after === before ? "yes" : "no";
    },
  };
}

/** By the file alone, where SQLite may not be asked: equal times and sizes prove nothing. */
export async function watchFile(path: string): Promise<ChangeWatch> {
  const before = await marksOf(path);
  return { unchanged: async () => ((await marksOf(path)) === before ? "probably" : "no") };
}

/** null while another program is in the middle of a commit, or the file cannot be read any more. */
function versionNow(connection: Connection): number | null {
  try {
    return connection.count("PRAGMA data_version");
  } catch (error) {
    const translated = translateError(error, "cannot ask for the database's version");
    if (isDamage(translated) || foreignCode(translated) === "LOCK.DATABASE") return null;
    throw translated;
  }
}

async function marksOf(path: string): Promise<string> {
  const marks = await Promise.all([path, `${path}-wal`].map(markOf));
  return [...marks, await counterOf(path)].join(" ");
}

async function markOf(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return "none";
    throw error;
  }
}

async function counterOf(path: string): Promise<string> {
  await using handle = await openForRead(path);
  const { buffer } = await handle.read(Buffer.alloc(COUNTER.bytes), 0, COUNTER.bytes, COUNTER.at);
  return buffer.toString("hex");
}
