import { dirname, join } from "node:path";
import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { openablePath } from "./access.js";
import { holdExclusively } from "./exclusive-hold.js";
import { loadingPrefix } from "./file-owner.js";
import { keptName } from "./kept-files.js";
import { privateFile } from "./snapshot.js";
import { exists } from "./swap-intent.js";
import { Worker } from "./worker-client.js";
import type { CopyStage } from "./worker-protocol.js";

/**
 * Writes a loaded file into the existing one by SQLite's backup API, in one transaction: a kill leaves a journal that
 * brings the old state back. What was there is copied to the kept name first, under the same lock. LOCK.SESSIONS,
 * LOCK.DATABASE.
 */
export async function overwriteInPlace(
  path: string,
  replacement: string,
  options: SwapOptions,
  context: DriverContext,
): Promise<string | null> {
  const isThere = await exists(path);
  const target = await openablePath(path, context);
  if (isThere) return await overwriteOld({ path, target, replacement }, options, context);
  await using worker = await Worker.start(context);
  const writing = context.progress.phase("writing in place", { unit: "pages" });
  const request = { source: privateFile(replacement), destination: target, isCompact: false };
  await worker.copy(request, (done, total) => writing.at(done, total));
  writing.done();
  return null;
}

interface Overwritten {
  readonly path: string;
  /** What SQLite opens. */
  readonly target: string;
  readonly replacement: string;
}

/** The hold finds idle programs and waits for busy ones; whoever comes after it is kept out by the worker's own lock. */
async function overwriteOld(
  { path, target, replacement }: Overwritten,
  options: SwapOptions,
  context: DriverContext,
): Promise<string> {
  await using worker = await Worker.start(context);
  (await holdExclusively(path, options, context))[Symbol.dispose]();
  const kept = await keptName(path, options.at);
  const partial = join(dirname(path), `${loadingPrefix(path)}${context.ids.hex(12)}`);
  let stage: CopyStage = "keep";
  let phase = context.progress.phase("keeping the old state", { unit: "pages" });
  const request = { source: privateFile(replacement), destination: target, partial, kept };
  await worker.overwrite({ ...request, busyTimeoutMs: context.lockTimeoutMs }, (done, total, now) => {
    if (now !== stage) {
      phase.done(kept);
      phase = context.progress.phase("writing in place", { unit: "pages" });
    }
    stage = now;
    phase.at(done, total);
  });
  phase.done();
  return kept;
}
