import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { foreignCode } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import { Connection } from "./connection.js";
import { isDamage, translateError } from "./errors.js";
import type { DatabaseFile } from "./locate.js";
import { sidecarsOf } from "./sidecars.js";
import { copyStillImage } from "./still-image.js";

/** How this run may read a database without leaving a trace beside it. */
export interface Access {
  /** What SQLite opens: the file, a link to it, or a private image of it. */
  readonly path: string;
  readonly isReadOnly: boolean;
  /** A private copy made because SQLite would have had to write beside the file. */
  readonly isImage: boolean;
  /** What SQLite repaired when the file was opened, as it would for any other program; null when nothing. */
  readonly recovered: string | null;
}

/**
 * Chooses read-write where permitted (SQLite then tidies up after itself), read-only otherwise, and a private image
 * where even reading would leave a -shm behind. DB.HOT_JOURNAL, LOCK.DATABASE.
 */
export async function chooseAccess(file: DatabaseFile, context: DriverContext): Promise<Access> {
  const sidecars = await sidecarsOf(file.path);
  if (!file.isWritable && file.isWal && sidecars.shmBytes === null) return await imageOf(file, context);
  const path = await openablePath(file.path, context);
  const isHot = (sidecars.journalBytes ?? 0) > 0 && isJournalHot(path, context);
  return {
    path,
    isReadOnly: !file.isWritable,
    isImage: false,
    recovered:
      isHot && file.isWritable ? "SQLite rolled back a transaction that a killed program had left half written" : null,
  };
}

/** The driver trims names, so one with white space at its end is reached through a link. */
export async function openablePath(path: string, context: DriverContext): Promise<string> {
  if (path.trim() === path) return path;
  const link = join(await context.workDir(), `link-${context.ids.hex(12)}`);
  await symlink(path, link);
  return link;
}

async function imageOf(file: DatabaseFile, context: DriverContext): Promise<Access> {
  const path = join(await context.workDir(), `image-${context.ids.hex(12)}.sqlite`);
  await copyStillImage(file.path, path, context.signal);
  return { path, isReadOnly: false, isImage: true, recovered: null };
}

/** A read-only connection never rolls back: it says that it would have to. */
function isJournalHot(path: string, context: DriverContext): boolean {
  try {
    using connection = new Connection(path, { isReadOnly: true, busyTimeoutMs: context.lockTimeoutMs });
    connection.value("SELECT count(*) FROM sqlite_schema");
    return false;
  } catch (error) {
    const translated = translateError(error, `cannot read ${path}`);
    if (foreignCode(translated) === "DB.HOT_JOURNAL") return true;
    if (isDamage(translated)) return false;
    throw translated;
  }
}
