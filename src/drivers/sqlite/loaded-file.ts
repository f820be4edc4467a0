import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { diskFullError, syncFile, writeStreamTo } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { LoadedCopy, LoadOptions, RestoreSource, SwapOptions } from "../restore-model.js";
import { giveTo, loadingPrefix, ownerFor } from "./file-owner.js";
import { overwriteInPlace } from "./in-place.js";
import { requireLoadable } from "./loadable.js";
import { privateFile } from "./snapshot.js";
import { swapIn } from "./swap.js";
import { Worker } from "./worker-client.js";

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
