import { ownerOf } from "./file-owner.js";
import type { DatabaseFile } from "./locate.js";
import { sidecarsOf } from "./sidecars.js";

/** How a live database may be opened so that nothing is left beside it and nothing in it changes. */
export type WatchAccess =
  | {
      readonly may: true;
      readonly isReadOnly: boolean;
      /** Whom the process that opens it must run as, if not as this one. */
      readonly user: { readonly uid: number; readonly gid: number } | null;
    }
  | { readonly may: false; readonly reason: string; readonly enable: string | null };

/**
 * Whoever opens a file in WAL mode first makes a log and its index beside it; left by another user they keep the owner from
 * writing. So only the owner opens such a file, or root in the owner's name.
 */
export async function watchAccess(file: DatabaseFile): Promise<WatchAccess> {
  const owner = await ownerOf(file.path);
  const uid = process.geteuid?.() ?? owner?.uid;
  const user = owner !== null && uid === 0 && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : null;
  if (!file.isWal) return { may: true, isReadOnly: true, user };
  const { walBytes, shmBytes } = await sidecarsOf(file.path);
  const isOwner = user !== null || (uid === owner?.uid && file.isWritable);
  if (shmBytes !== null) return { may: true, isReadOnly: !isOwner, user };
  if (!isOwner) return refused(owner?.uid ?? null);
  if ((walBytes ?? 0) === 0) return { may: true, isReadOnly: false, user };
  return {
    may: false,
    reason: "a program that was killed has left a write-ahead log, and opening the database would recover it",
    enable: "let the application open it",
  };
}

function refused(owner: number | null): WatchAccess {
  return {
    may: false,
    reason:
      "nobody has it open, and opening it as another user than its owner would leave files that keep the owner out",
    enable: owner === null ? null : `run dbops as user ${owner}, or as root`,
  };
}
