import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { requireFreeBytes } from "../../lib/system/disk-space.js";
import { diskFullError } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { RestoreSource, Scratch, ScratchCopy, ScratchRequest } from "../restore-model.js";
import { fillFile } from "./fill-file.js";
import { requireLoadable } from "./loadable.js";
import { privateFile } from "./snapshot.js";
import { requireSound } from "./sound-file.js";
import { Worker } from "./worker-client.js";

/** A throw-away folder where backups are loaded into files. RESOURCE.DISK_FULL. */
export async function openScratch({ dir }: ScratchRequest, context: DriverContext): Promise<Scratch> {
  const folder = await mkdtemp(join(dir, `dbops-${context.run}-`));
  return {
    load: (source) => loadInto(folder, source, context),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function loadInto(folder: string, source: RestoreSource, context: DriverContext): Promise<ScratchCopy> {
  requireLoadable(source);
  if (source.rawBytes !== null) await requireFreeBytes(folder, source.rawBytes, "the scratch copy");
  const path = join(folder, `scratch-${context.ids.hex(8)}.sqlite`);
  try {
    await fillFile(path, source, context);
    // Nothing has ever looked at the database that somebody's statements make.
    if (source.kind === "sql") await requireSound(path, context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw diskFullError(error, folder) ?? error;
  }
  return {
    async fingerprint(mode: FingerprintMode): Promise<Fingerprint> {
      await using worker = await Worker.start(context);
      return await worker.fingerprint(privateFile(path), mode);
    },
  };
}
