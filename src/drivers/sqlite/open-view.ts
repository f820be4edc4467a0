import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { requireFreeBytes } from "../../lib/system/disk-space.js";
import type { DriverContext } from "../driver.js";
import type { Access } from "./access.js";
import type { Connection } from "./connection.js";
import { privateFile } from "./snapshot.js";
import { SqliteView } from "./view.js";
import { Worker } from "./worker-client.js";
import type { OpenRequest } from "./worker-protocol.js";

export interface ViewedFile {
  readonly access: Access;
  readonly connection: Connection;
  readonly open: OpenRequest;
}

/** A view of the file itself, or of a private copy where its read transaction would keep writers waiting. RESOURCE.DISK_FULL. */
export async function openView(file: ViewedFile, context: DriverContext): Promise<SqliteView> {
  const copy = (await holdsWritersUp(file)) ? await placeForCopy(file.open.path, context) : null;
  const worker = await Worker.start(context, { hasDataPipe: true });
  try {
    if (copy === null) return await SqliteView.open(worker, file.open);
    await copyFile(worker, { source: file.open, destination: copy }, context);
    return await SqliteView.open(worker, privateFile(copy), { ownedPath: copy });
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    if (copy !== null) await rm(copy, { force: true });
    throw error;
  }
}

/** Only in WAL mode readers and writers go on beside each other; nobody writes a file without a right to be written. */
async function holdsWritersUp({ access, connection }: ViewedFile): Promise<boolean> {
  if (access.isImage || connection.text("PRAGMA journal_mode") === "wal") return false;
  return ((await stat(access.path)).mode & 0o222) !== 0;
}

async function placeForCopy(path: string, context: DriverContext): Promise<string> {
  const copy = join(await context.workDir(), `view-${context.ids.hex(12)}.sqlite`);
  await requireFreeBytes(dirname(copy), (await stat(path)).size, "the private copy to be read");
  context.progress.note(
    `${path} is in rollback-journal mode: reading from a private copy, so that writers need not wait`,
  );
  return copy;
}

async function copyFile(
  worker: Worker,
  request: { readonly source: OpenRequest; readonly destination: string },
  { progress }: DriverContext,
): Promise<void> {
  const phase = progress.phase("copying", { unit: "pages" });
  const { damage } = await worker.copy({ ...request, isCompact: false }, (done, total) => phase.at(done, total));
  for (const what of damage) progress.warn(`${request.source.path}: ${what}`);
  phase.done();
}
