import { chmod, chown, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DbopsError, foreignCode } from "../../lib/core/errors.js";

/** Who a new database file must belong to. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** What helps a user who may not replace somebody's file. */
export const OWNER_HINT = "run the restore as that user, or as root";

/** Readable by nobody else. */
const NEW_MODE = 0o600;

/** Begins the names of files that are being loaded beside `path`. */
export function loadingPrefix(path: string): string {
  return `.${basename(path)}.dbops-loading-`;
}

/** Whose the file at `path` is; null when there is none. */
export async function ownerOf(path: string): Promise<FileOwner | null> {
  try {
    const { uid, gid, mode } = await stat(path);
    return { uid, gid, mode: mode & 0o7777 };
  } catch (error) {
    if (foreignCode(error) !== "ENOENT") throw error;
    return null;
  }
}

/** Whether this user may give a file of its own to that one: root may, others only to a group that they are in. */
export function mayGiveTo({ uid, gid }: FileOwner): boolean {
  const user = process.geteuid?.();
  return user === 0 || (user === uid && (process.getgroups?.() ?? []).includes(gid));
}

/** RESTORE.NO_RIGHT when this user may not give the file away. */
export async function giveTo(place: string, owner: FileOwner): Promise<void> {
  try {
    await give(place, owner);
  } catch (error) {
    if (foreignCode(error) !== "EPERM") throw error;
    throw new DbopsError("RESTORE.NO_RIGHT", {
      message: "the restored file cannot be given to the owner of the old one",
      why: `it belongs to user ${owner.uid}, group ${owner.gid}, and only root may give files away`,
      hint: OWNER_HINT,
      cause: error,
    });
  }
}

/** A file that replaces none belongs to whoever made it; root's goes to the folder's owner, where the file system lets it. */
export async function giveNew(place: string): Promise<void> {
  await chmod(place, NEW_MODE);
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(place));
  try {
    await give(place, { uid, gid, mode: NEW_MODE });
  } catch (error) {
    if (foreignCode(error) !== "EPERM") throw error;
  }
}

async function give(place: string, owner: FileOwner): Promise<void> {
  const now = await stat(place);
  if (now.uid !== owner.uid || now.gid !== owner.gid) await chown(place, owner.uid, owner.gid);
  await chmod(place, owner.mode);
}
