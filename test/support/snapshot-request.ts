import type { SnapshotRequest } from "#dbops/drivers/snapshot-model.js";

/** A request for everything, with hashes. */
export function snapshotRequest(workDir: string, changes: Partial<SnapshotRequest> = {}): SnapshotRequest {
  return {
    fingerprint: "hash",
    isCompact: false,
    tables: [],
    excludeTables: [],
    format: null,
    jobs: changes.format === "directory" ? 2 : 1,
    passThrough: [],
    workDir,
    ...changes,
  };
}
