import type { ErrorCode } from "../core/error-codes.js";

/** Errors that say something about the backup itself; any other is about this machine, its keys or its tools. */
const DAMAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BACKUP.CHECKSUM_MISMATCH",
  "BACKUP.DAMAGED",
  "BACKUP.PART_MISSING",
  "BACKUP.NOT_ENCRYPTED",
  "BACKUP.FINGERPRINT_MISMATCH",
]);

/** Whether an error says something about the backup itself. */
export function isDamage(code: ErrorCode): boolean {
  return DAMAGE.has(code);
}
