import { DbopsError } from "../../lib/core/errors.js";
import type { SnapshotRequest } from "../snapshot-model.js";
import type { DumpFormat } from "./dump-formats.js";

/** UNSUPPORTED.ENGINE for what only other engines can do, USAGE.INVALID for jobs that the format gives no work. */
export function requireSupported({ isCompact, jobs }: SnapshotRequest, format: DumpFormat): void {
  if (isCompact) {
    throw new DbopsError("UNSUPPORTED.ENGINE", {
      message: "PostgreSQL backups do not take --compact",
      why: "a dump holds rows, not pages: there is nothing to pack",
      hint: "leave it out; --compress and --level make the backup smaller",
    });
  }
  if (jobs > 1 && format !== "directory") {
    throw new DbopsError("USAGE.INVALID", {
      message: `--jobs ${jobs} does nothing for a dump of the format ${format}`,
      why: "only --format directory dumps in parallel",
      hint: "add --format directory, or leave --jobs out",
    });
  }
}
