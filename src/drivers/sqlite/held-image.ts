import { constants } from "node:fs";
import { chmod, copyFile } from "node:fs/promises";
import { diskFullError } from "../../lib/system/files.js";
import { refuseOpenDatabase } from "../../lib/system/open-databases.js";
import { ensureFirstPage } from "./first-page.js";

/**
 * Copies the bytes of a database that another process keeps from being written: as a clone where the file system can, and
 * never to the disk, as SQLite's own copy would. RESOURCE.DISK_FULL. Runs in a child.
 */
export async function copyHeldImage(path: string, destination: string): Promise<void> {
  refuseOpenDatabase(path);
  try {
    await copyFile(path, destination, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(destination, 0o600);
  } catch (error) {
    throw diskFullError(error, destination) ?? error;
  }
  await ensureFirstPage(destination);
}
