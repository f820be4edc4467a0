import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { openablePath } from "./access.js";
import { holdExclusively } from "./exclusive-hold.js";
import { giveTo, loadingPrefix, ownerFor } from "./file-owner.js";
import { keptName } from "./kept-files.js";
import { privateFile } from "./snapshot.js";
import { exists } from "./swap-intent.js";
import { Worker } from "./worker-client.js";

/**
 * Writes a loaded file into the existing one by SQLite's backup API, in one transaction: a kill leaves a journal that
 * brings the old state back. What was there is copied to the kept name first. LOCK.SESSIONS.
 */
export async function overwriteInPlace(
  path: string,
  replacement: string,
  options: SwapOptions,
  context: DriverContext,
): Promise<string | null> {
  const isThere = await exists(path);
  const target = await openablePath(path, context);
  await using worker = await Worker.start(context);
  const kept = isThere ? await keepCopy({ path, target, worker }, options, context) : null;
  const writing = context.progress.phase("writing in place", { unit: "pages" });
  const request = { source: privateFile(replacement), destination: target, isCompact: false, isOverwrite: isThere };
  await worker.copy(request, (done, total) => writing.at(done, total));
  writing.done();
  return kept;
}

interface Overwritten {
  readonly path: string;
  readonly target: string;
  readonly worker: Worker;
}

/** Gets its name when it is whole: a copy that a kill cut short is swept as what it is. */
async function keepCopy(
  { path, target, worker }: Overwritten,
  options: SwapOptions,
  context: DriverContext,
): Promise<string> {
  (await holdExclusively(path, options, context))[Symbol.dispose]();
  const kept = await keptName(path, options.at);
  const partial = join(dirname(path), `${loadingPrefix(path)}${context.ids.hex(12)}`);
  const keeping = context.progress.phase("keeping the old state", { unit: "pages" });
  const source = { path: target, isReadOnly: false, isPrivate: false, busyTimeoutMs: context.lockTimeoutMs };
  const request = { source, destination: partial, isCompact: false, isOverwrite: false };
  await worker.copy(request, (done, total) => keeping.at(done, total));
  await giveTo(partial, await ownerFor(path));
  await rename(partial, kept);
  await syncFolder(dirname(path));
  keeping.done(kept);
  return kept;
}
