import type { ProcessMark } from "./processes.js";

/** Who holds a lock, written beside it for messages and for ending orphans. */
export interface LockRecord {
  readonly version: 1;
  readonly run: string;
  readonly command: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
  /** Children of the holder; the next holder ends those that are still theirs. */
  readonly children: readonly ProcessMark[];
}
