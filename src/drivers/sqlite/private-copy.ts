import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { requireFreeBytes } from "../../lib/system/disk-space.js";
import type { DriverContext } from "../driver.js";
import type { Access } from "./access.js";
import type { Connection } from "./connection.js";
import type { Worker } from "./worker-client.js";
import type { OpenRequest } from "./worker-protocol.js";

/** A file that a driver has open. */
export interface ViewedFile {
  readonly access: Access;
  readonly connection: Connection;
  readonly open: OpenRequest;
}

/** The path of a copy of its own where reading the file would keep writers waiting; null where it would not. RESOURCE.DISK_FULL. */
export async function privateCopy(worker: Worker, file: ViewedFile, context: DriverContext): Promise<string | null> {
  return (await holdsWritersUp(file)) ? await makePrivateCopy(worker, file, context) : null;
}

/** The path of a copy of its own. RESOURCE.DISK_FULL. */
export async function makePrivateCopy(worker: Worker, file: ViewedFile, context: DriverContext): Promise<string> {
  const destination = await placeForCopy(file.open.path, context);
  try {
    await copyFile(worker, { source: file.open, destination }, context);
    return destination;
  } catch (error) {
    await rm(destination, { force: true });
    throw error;
  }
}

/**
 * Whether a read transaction would keep writers waiting: only in WAL mode readers and writers go on beside each other, and
 * nobody writes a file without a right to be written.
 */
export async function holdsWritersUp({ access, connection }: Omit<ViewedFile, "open">): Promise<boolean> {
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
