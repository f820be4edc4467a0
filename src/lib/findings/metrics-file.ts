import { writeOutputFile } from "../system/output-file.js";
import { type ExpositionRun, exposition } from "./exposition.js";

/** Another user's collector reads it. */
const MODE = 0o644;

/** Replaces a file of metrics as a whole, so that no collector reads half of it. OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
export async function writeMetrics(path: string, run: ExpositionRun): Promise<void> {
  await writeOutputFile(path, await exposition(run, "prometheus"), MODE);
}
