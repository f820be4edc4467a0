import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyChoices, CopySource } from "../../copy-source-model.js";
import type { DriverContext } from "../../driver.js";
import type { ViewedFile } from "../open-view.js";

/** Opens one state of a file to be copied. RESOURCE.DISK_FULL. */
export async function openCopySource(
  file: ViewedFile,
  _choices: CopyChoices,
  _context: DriverContext,
): Promise<CopySource> {
  throw new DbopsError("RUN.BUG", { message: `${file.access.path} cannot be copied yet` });
}
