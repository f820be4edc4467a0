import type { PreflightLine } from "../../drivers/restore-model.js";
import { DbopsError } from "../core/errors.js";

/** The error of the first line that is not ok, naming all of them; nothing was touched. */
export function refuseFailed(lines: readonly PreflightLine[]): void {
  const failed = lines.filter(({ isOk }) => !isOk);
  const [first, ...others] = failed;
  if (first === undefined) return;
  throw new DbopsError(first.code ?? "RESTORE.NO_RIGHT", {
    message: `the restore cannot be done: ${first.subject}: ${first.detail}`,
    why: ["nothing was touched", ...others.map(({ subject, detail }) => `${subject}: ${detail}`)].join("\n"),
    hint: first.hint ?? "mend this and run the same command again",
  });
}
