import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { foreignCode } from "../../lib/core/errors.js";
import type { ProgressSink } from "../../lib/core/progress.js";
import { requireFreeBytes } from "../../lib/system/disk-space.js";
import type { DriverContext } from "../driver.js";
import type { Access } from "./access.js";
import type { Connection } from "./connection.js";
import { isDamage, translateError } from "./errors.js";
import { pin } from "./page-transfer.js";
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

/** The path of a copy of its own. LOCK.DATABASE, RESOURCE.DISK_FULL. */
export async function makePrivateCopy(worker: Worker, file: ViewedFile, context: DriverContext): Promise<string> {
  const destination = await placeForCopy(file.open.path, context);
  try {
    const isCopied = await copyStill(worker, file, { destination, progress: context.progress });
    if (!isCopied) await copyPages(worker, { source: file.open, destination }, context);
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

/** While this process reads nobody writes the file. False where SQLite itself has to copy it. */
async function copyStill(
  worker: Worker,
  { open: { path }, connection }: ViewedFile,
  { destination, progress }: { readonly destination: string; readonly progress: ProgressSink },
): Promise<boolean> {
  using reading = beginReading(connection);
  if (reading === null) return false;
  const { size } = await stat(path);
  if (size !== reading.bytes) return false;
  const phase = progress.phase("copying", { unit: "bytes", total: size });
  await worker.image(path, destination);
  phase.at(size);
  phase.done();
  return true;
}

/** null where it cannot at once: to wait is the child's part, which blocks nobody. */
function beginReading(connection: Connection): (Disposable & { readonly bytes: number }) | null {
  const { db } = connection;
  if (db.inTransaction) return null;
  const end = (): void => void (db.open && db.inTransaction && db.exec("ROLLBACK"));
  const patienceMs = connection.count("PRAGMA busy_timeout");
  db.pragma("busy_timeout = 0");
  try {
    db.exec("BEGIN");
    pin(connection);
    const bytes = connection.count("PRAGMA page_count") * connection.count("PRAGMA page_size");
    return { bytes, [Symbol.dispose]: end };
  } catch (error) {
    end();
    if (isDamage(error) || foreignCode(error)?.startsWith("SQLITE_BUSY") === true) return null;
    throw translateError(error, `cannot read ${connection.path}`);
  } finally {
    db.pragma(`busy_timeout = ${patienceMs}`);
  }
}

async function copyPages(
  worker: Worker,
  request: { readonly source: OpenRequest; readonly destination: string },
  { progress }: DriverContext,
): Promise<void> {
  const phase = progress.phase("copying", { unit: "pages" });
  const { damage } = await worker.copy({ ...request, isCompact: false }, (done, total) => phase.at(done, total));
  for (const what of damage) progress.warn(`${request.source.path}: ${what}`);
  phase.done();
}
