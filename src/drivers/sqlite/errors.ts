import type { ErrorCode } from "../../lib/core/error-codes.js";
import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { diskFullError } from "../../lib/system/files.js";

interface Translation {
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint?: string;
}

const HOT_JOURNAL: Translation = {
  code: "DB.HOT_JOURNAL",
  why: "a program was killed in the middle of a write; SQLite must roll that back first, and this user may not write here",
  hint: "run dbops as the user that owns the file, or open the application once",
};

/** Extended result codes first, then their family (https://www.sqlite.org/rescode.html). */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  SQLITE_READONLY_ROLLBACK: HOT_JOURNAL,
  SQLITE_READONLY_RECOVERY: HOT_JOURNAL,
  SQLITE_BUSY: {
    code: "LOCK.DATABASE",
    why: "another connection holds a lock on the file",
    hint: "try again, or see who holds it with: fuser -v FILE",
  },
  SQLITE_LOCKED: { code: "LOCK.DATABASE", why: "another statement holds a lock on a table" },
  SQLITE_NOTADB: { code: "CONNECT.NOT_A_DATABASE", why: "its header is not that of an SQLite database" },
  SQLITE_CORRUPT: { code: "DB.DAMAGED", why: "SQLite found the file's structure damaged" },
  SQLITE_CANTOPEN: { code: "CONNECT.NO_PERMISSION", why: "SQLite cannot open the file or a file beside it" },
  SQLITE_PERM: { code: "DB.PERMISSION", why: "the file's permissions forbid it" },
  SQLITE_AUTH: { code: "DB.PERMISSION", why: "SQLite's authorizer forbids it" },
  SQLITE_READONLY: { code: "DB.PERMISSION", why: "the file may not be written" },
  SQLITE_FULL: { code: "RESOURCE.DISK_FULL", why: "the disk or the database's page limit is full", hint: "free space" },
  SQLITE_NOMEM: { code: "RESOURCE.MEMORY", why: "SQLite could not get memory" },
  // SQLite tells only ENOSPC apart, as SQLITE_FULL: EDQUOT, EFBIG and the rare EIO are one.
  SQLITE_IOERR_WRITE: {
    code: "RESOURCE.DISK_FULL",
    why: "the system refused a write: a quota or a limit on file sizes is reached, or the disk fails",
    hint: "look at quota, ulimit -f and dmesg",
  },
  SQLITE_IOERR: { code: "DB.REFUSED", why: "reading or writing the file failed" },
};

/** The error of SQLite (or of the file system) as one of ours; what is neither comes back unchanged. */
export function translateError(thrown: unknown, message: string): unknown {
  if (thrown instanceof DbopsError) return thrown;
  const code = foreignCode(thrown);
  if (code === null || !code.startsWith("SQLITE_")) return diskFullError(thrown, message) ?? thrown;
  const found = TRANSLATIONS[code] ?? TRANSLATIONS[code.split("_").slice(0, 2).join("_")];
  const said = `${messageOf(thrown)} (${code})`;
  return new DbopsError(found?.code ?? "DB.REFUSED", {
    message,
    why: found === undefined ? said : `${found.why}: ${said}`,
    hint: found?.hint,
    cause: thrown,
  });
}

/** Runs `work`, translating what SQLite throws. */
export function translating<T>(message: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateError(error, message);
  }
}

/** True for SQLite's own verdict that the file is damaged. */
export function isDamage(thrown: unknown): boolean {
  const code = foreignCode(thrown) ?? "";
  if (thrown instanceof DbopsError) return thrown.code === "DB.DAMAGED";
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";
}

/** The collation or module that this build of SQLite lacks, when that is the trouble; else null. */
export function missingExtension(thrown: unknown): string | null {
  const match =
    /^(?:no such collation sequence|no such module|no such tokenizer|unknown tokenizer|(?:no such|unknown) function): (.+)$/.exec(
      messageOf(thrown),
    );
  return match?.[1] ?? null;
}
