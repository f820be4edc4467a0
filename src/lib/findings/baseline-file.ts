import { readFile } from "node:fs/promises";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { writeOutputFile } from "../system/output-file.js";
import { type Baseline, EMPTY_BASELINE, parseBaseline } from "./baseline.js";

/** The baseline of a file; an empty one where there is none and one is to be made. FINDINGS.BASELINE_INVALID. */
export async function readBaseline(path: string, mayBeNew: boolean): Promise<Baseline> {
  try {
    return parseBaseline(path, await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof DbopsError) throw error;
    if (mayBeNew && foreignCode(error) === "ENOENT") return EMPTY_BASELINE;
    throw new DbopsError("FINDINGS.BASELINE_INVALID", {
      message: `the baseline ${path} cannot be read`,
      why: messageOf(error),
      hint: "add --update-baseline to make it",
      cause: error,
    });
  }
}

/** For others to read, as a whole. OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  await writeOutputFile(path, `${JSON.stringify(baseline, null, 2)}\n`, 0o644);
}
