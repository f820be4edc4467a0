import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import { writeNewFile } from "../system/output-file.js";
import { requireNothingAt } from "../system/output-stream.js";
import { type Reject, rejectLines } from "./reject.js";

/** Before anything is loaded: OUTPUT.EXISTS for a place where something is, OUTPUT.UNWRITABLE. */
export async function requireRejectsPlace(path: string | null): Promise<void> {
  if (path !== null) await requireNothingAt(path, false);
}

/** Makes the file, when there are rejects. OUTPUT.*, RESOURCE.DISK_FULL, each with what is `committed` all the same. */
export async function writeRejects(path: string, rejects: readonly Reject[], committed: number): Promise<void> {
  try {
    await writeNewFile(path, rejectLines(rejects));
  } catch (cause) {
    if (!(cause instanceof DbopsError)) throw cause;
    const stays = committed === 0 ? "nothing committed" : `${formatNumberOf("record", committed)} committed`;
    throw new DbopsError(cause.code, {
      message: `the rejects cannot be written to ${path}; ${stays}`,
      why: cause.why ?? cause.message,
      hint: "the report lists the rejects; with --json all of them",
      cause,
    });
  }
}
