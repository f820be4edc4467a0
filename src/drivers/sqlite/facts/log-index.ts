import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { foreignCode } from "../../../lib/core/errors.js";
import { lockHolders } from "../../../lib/system/lock-holders.js";
import type { LogIndex } from "../watch-protocol.js";

/** Places in the shared index of a write-ahead log (https://www.sqlite.org/walformat.html#walidxfmt). */
const MOST_FRAME_AT = 16;
const CHECKPOINTED_AT = 96;
const HEADER_BYTES = 136;
/** Locks of readers, one for each mark; byte 128 is held by everybody who has the database open. */
const READER_LOCKS = { first: 123, last: 127 };

/** Null where the log has no index: nobody has the database open. Plain file access: only where no database is open. */
export function readLogIndex(path: string): LogIndex | null {
  const shared = sharedMemory(`${path}-shm`);
  if (shared === null || shared.length < HEADER_BYTES) return null;
  const read = (at: number): number => (endianness() === "LE" ? shared.readUInt32LE(at) : shared.readUInt32BE(at));
  const frames = read(MOST_FRAME_AT);
  return {
    frames,
    checkpointed: Math.min(frames, read(CHECKPOINTED_AT)),
    readers: lockHolders(`${path}-shm`, READER_LOCKS),
  };
}

function sharedMemory(path: string): Buffer | null {
  try {
    return readFileSync(path).subarray(0, HEADER_BYTES);
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw error;
  }
}
