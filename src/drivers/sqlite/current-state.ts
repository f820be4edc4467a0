import { stat } from "node:fs/promises";
import { DbopsError, messageOf } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { CurrentState } from "../restore-model.js";
import { chooseAccess } from "./access.js";
import { holdersOf } from "./holders.js";
import { locate } from "./locate.js";
import { exists } from "./swap-intent.js";
import { Worker } from "./worker-client.js";

/** What stands at the path now; rows are counted as far as the file can be read. */
export async function currentState(path: string, context: DriverContext): Promise<CurrentState> {
  const { mtime, size } = await stat(path);
  const wal = (await exists(`${path}-wal`)) ? await stat(`${path}-wal`) : null;
  const wasWritten = wal !== null && wal.size > 0 && wal.mtime > mtime ? wal.mtime : mtime;
  const { sessions, unseen } = await holdersOf(path);
  return {
    lastWriteAt: wasWritten,
    sessions,
    unseen,
    sizeBytes: size + (wal?.size ?? 0),
    tables: await countTables(path, context),
  };
}

/** A target that cannot be read is no reason not to restore it: it is said, and counted as nothing. */
async function countTables(path: string, context: DriverContext): Promise<CurrentState["tables"]> {
  try {
    const access = await chooseAccess(await locate(path), context);
    await using worker = await Worker.start(context);
    const { isReadOnly, isImage } = access;
    const request = { path: access.path, isReadOnly, isPrivate: isImage, busyTimeoutMs: context.lockTimeoutMs };
    const { tables } = await worker.fingerprint(request, "counts");
    return tables.map(({ schema, name, rows }) => ({ schema, name, rows }));
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    context.signal.throwIfAborted();
    context.progress.warn(`the rows of ${path} cannot be counted: ${error.why ?? messageOf(error)}`);
    return [];
  }
}
