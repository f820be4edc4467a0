import { rm } from "node:fs/promises";
import type { DriverContext } from "../driver.js";
import { privateCopy, type ViewedFile } from "./private-copy.js";
import { privateFile } from "./snapshot.js";
import { SqliteView } from "./view.js";
import { Worker } from "./worker-client.js";

/** A view of the file itself, or of a private copy where its read transaction would keep writers waiting. RESOURCE.DISK_FULL. */
export async function openView(file: ViewedFile, context: DriverContext): Promise<SqliteView> {
  const worker = await Worker.start(context, { hasDataPipe: true });
  let copy: string | null = null;
  try {
    copy = await privateCopy(worker, file, context);
    if (copy === null) return await SqliteView.open(worker, file.open);
    return await SqliteView.open(worker, privateFile(copy), { ownedPath: copy });
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    if (copy !== null) await rm(copy, { force: true });
    throw error;
  }
}
