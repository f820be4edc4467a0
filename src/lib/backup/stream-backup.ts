import { join } from "node:path";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Driver } from "../../drivers/driver.js";
import { openLocalStorage } from "../storage/local.js";
import { requireWritable, writeOutputFile } from "../system/output-file.js";
import { manifestName } from "./backup-name.js";
import type { BackupRequest, CreatedBackup } from "./backup-request.js";
import { createBackup } from "./create-backup.js";
import { mainPart } from "./manifest.js";
import type { BackupServices } from "./services.js";

export interface StreamOptions {
  readonly services: BackupServices;
  /** Takes the bytes of the main part, once the backup is complete. */
  readonly output: Writable;
  /** Where the manifest goes, absolute; null = nowhere. */
  readonly manifestFile: string | null;
}

/** Takes a whole backup in the work folder and only then sends its main part: nobody downstream gets half of one. OUTPUT.UNWRITABLE. */
export async function streamBackup(
  driver: Driver,
  request: Omit<BackupRequest, "storage" | "verify">,
  { services, output, manifestFile }: StreamOptions,
): Promise<CreatedBackup> {
  const { workDir, signal } = services.driverContext;
  // Before anything is streamed: whoever reads the data would take it for a whole success.
  if (manifestFile !== null) await requireWritable(manifestFile);
  const storage = openLocalStorage(join(await workDir(), "stream"), services.run);
  const created = await createBackup(driver, { ...request, storage, verify: "none" }, services);
  const { file } = mainPart(created.manifest);
  await pipeline(await storage.get(file), output, { signal });
  if (manifestFile !== null) {
    await writeOutputFile(manifestFile, await text(await storage.get(manifestName(created.manifest.id))));
  }
  return created;
}
