import { chmod, chown, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DbopsError, foreignCode } from "../../lib/core/errors.js";

/** Who a new database file must belong to. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Begins the names of files that are being loaded beside `path`. */
export function loadingPrefix(path: string): string {
  return `.${basename(path)}.dbops-loading-`;
}

/** The old file's owner and mode; for a new one the folder's owner, readable by nobody else. */
export async function ownerFor(path: string): Promise<FileOwner> {
  try {
    const { uid, gid, mode } = await stat(path);
    return { uid, gid, mode: mode & 0o7777 };
  } catch (error) {
    if (foreignCode(error) !== "ENOENT") throw error;
    const { uid, gid } = await stat(dirname(path));
    return { uid, gid, mode: 0o600 };
  }
}

/** RESTORE.NO_RIGHT when this user may not give the file away. */
export async function giveTo(place: string, owner: FileOwner): Promise<void> {
  const now = await stat(place);
  try {
    if (now.uid !== owner.uid || now.gid !== owner.gid) await chown(place, owner.uid, owner.gid);
    await chmod(place, owner.mode);
  } catch (error) {
    if (foreignCode(error) !== "EPERM") throw error;
    throw new DbopsError("RESTORE.NO_RIGHT", {
      message: "the restored file cannot be given to the owner of the old one",
      why: `it belongs to user ${owner.uid}, group ${owner.gid}, and only root may give files away`,
      hint: "run the restore as that user, or as root",
      cause: error,
    });
  }
}
