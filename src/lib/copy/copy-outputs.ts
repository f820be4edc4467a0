import { readFile } from "node:fs/promises";
import { DbopsError, messageOf } from "../core/errors.js";
import { requireWritable, writeOutputFile } from "../system/output-file.js";
import { requireNothingAt } from "../system/output-stream.js";
import type { CopyReport } from "./copy-report.js";

interface Outputs {
  readonly rejects: string | null;
  readonly report: string | null;
  /** What the run that is taken up has written is then replaced by one of everything. */
  readonly isResumed: boolean;
}

/** Before anything is copied: OUTPUT.EXISTS for a file that is there, OUTPUT.UNWRITABLE. */
export async function requireOutputs({ rejects, report, isResumed }: Outputs): Promise<void> {
  for (const path of [rejects, report]) {
    if (path !== null) await (isResumed ? requireWritable(path) : requireNothingAt(path, false));
  }
}

/** The statements of a file; null for none. USAGE.INVALID when it cannot be read. */
export async function readQueries(path: string | null): Promise<string | null> {
  if (path === null) return null;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new DbopsError("USAGE.INVALID", {
      message: `cannot read the queries in ${path}`,
      why: messageOf(error),
      hint: "--check-queries takes a file of SQL statements",
      cause: error,
    });
  }
}

/** OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
export async function writeReport(path: string | null, report: CopyReport): Promise<void> {
  if (path !== null) await writeOutputFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
