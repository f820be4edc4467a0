import { chmod, chown, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DbopsError, foreignCode } from "../../lib/core/errors.js";
import { diskFullError, syncFile, writeStreamTo } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { LoadedCopy, LoadOptions, RestoreSource, SwapOptions } from "../restore-model.js";
import { overwriteInPlace } from "./in-place.js";
import { requireLoadable } from "./loadable.js";
import { privateFile } from "./snapshot.js";
import { swapIn } from "./swap.js";
import { Worker } from "./worker-client.js";

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

/** Writes the backup beside the target and checks it; nothing of the target is touched. RESOURCE.DISK_FULL, BACKUP.DAMAGED. */
export async function loadBeside(
  path: string,
  source: RestoreSource,
  options: LoadOptions,
  context: DriverContext,
): Promise<LoadedCopy> {
  requireLoadable(source);
  const place = join(dirname(path), `${loadingPrefix(path)}${context.ids.hex(12)}`);
  const loaded = new LoadedFile({ place, path, isInPlace: options.isInPlace }, context);
  try {
    await pipeline(await source.openMain(), writeStreamTo(place), { signal: context.signal });
    await giveTo(place, await ownerFor(path));
    await syncFile(place);
    await requireSound(place, context);
    return loaded;
  } catch (error) {
    await loaded[Symbol.asyncDispose]();
    context.signal.throwIfAborted();
    throw diskFullError(error, dirname(path)) ?? error;
  }
}

interface Places {
  readonly place: string;
  readonly path: string;
  readonly isInPlace: boolean;
}

class LoadedFile implements LoadedCopy {
  readonly place: string;
  readonly #places: Places;
  readonly #context: DriverContext;

  constructor(places: Places, context: DriverContext) {
    this.place = places.place;
    this.#places = places;
    this.#context = context;
  }

  async fingerprint(mode: FingerprintMode): Promise<Fingerprint> {
    await using worker = await Worker.start(this.#context);
    return await worker.fingerprint(privateFile(this.place), mode);
  }

  async swap(options: SwapOptions): Promise<{ readonly previous: string | null }> {
    const { path, place, isInPlace } = this.#places;
    const put = isInPlace ? overwriteInPlace : swapIn;
    return { previous: await put(path, place, options, this.#context) };
  }

  /** After a swap there is nothing under this name any more, or, in place, only the copy that was written. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) await rm(this.place + suffix, { force: true });
  }
}

async function giveTo(place: string, owner: FileOwner): Promise<void> {
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

async function requireSound(place: string, context: DriverContext): Promise<void> {
  await using worker = await Worker.start(context);
  const { state, details } = await worker.check(privateFile(place));
  if (state !== "damaged") return;
  throw new DbopsError("BACKUP.DAMAGED", {
    message: "the database in the backup is damaged",
    why: details.slice(0, 3).join("; "),
    hint: "restore another backup; what can be read of this one can be rescued with: sqlite3 FILE .recover",
  });
}
