import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { diskFullError, syncFile } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { LoadedCopy, LoadOptions, RestoreSource, SwapOptions } from "../restore-model.js";
import { giveNew, giveTo, loadingPrefix, ownerOf } from "./file-owner.js";
import { fillFile } from "./fill-file.js";
import { overwriteInPlace } from "./in-place.js";
import { requireLoadable } from "./loadable.js";
import { privateFile } from "./snapshot.js";
import { requireSound } from "./sound-file.js";
import { swapIn } from "./swap.js";
import { Worker } from "./worker-client.js";

/** Writes the backup beside the target and checks it; nothing of the target is touched. RESOURCE.DISK_FULL, BACKUP.DAMAGED, DB.REFUSED. */
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
    await fillFile(place, source, context);
    // In place only its pages are used, and the file that is there keeps its owner.
    const owner = options.isInPlace ? null : await ownerOf(path);
    await (owner === null ? giveNew(place) : giveTo(place, owner));
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
