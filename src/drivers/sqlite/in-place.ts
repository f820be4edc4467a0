import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { openablePath } from "./access.js";
import { holdExclusively } from "./exclusive-hold.js";
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
  const kept = (await exists(path)) ? await keptName(path, options.at) : null;
  const target = await openablePath(path, context);
  const busyTimeoutMs = context.lockTimeoutMs;
  await using worker = await Worker.start(context);
  if (kept !== null) {
    (await holdExclusively(path, options, context))[Symbol.dispose]();
    const keeping = context.progress.phase("keeping the old state", { unit: "pages" });
    const source = { path: target, isReadOnly: false, isPrivate: false, busyTimeoutMs };
    await worker.copy({ source, destination: kept, isCompact: false, isOverwrite: false }, (done, total) =>
      keeping.at(done, total),
    );
    keeping.done(kept);
  }
  const writing = context.progress.phase("writing in place", { unit: "pages" });
  await worker.copy(
    { source: privateFile(replacement), destination: target, isCompact: false, isOverwrite: kept !== null },
    (done, total) => writing.at(done, total),
  );
  writing.done();
  return kept;
}
