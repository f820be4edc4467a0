import type { ExitName } from "./exit-codes.js";

interface ErrorKind {
  readonly exit: ExitName;
  /** What the code stands for; docs/errors.md is generated from it. */
  readonly means: string;
  /** Whether the same command may succeed later without a change. */
  readonly retryable?: true;
}

/** Every error code of dbops: the first part names the area, the second the trouble. */
export const ERROR_CODES = {
  "USAGE.INVALID": { exit: "USAGE", means: "A flag, argument or combination of them is not valid." },
  "USAGE.TARGET_MISSING": { exit: "USAGE", means: "The command needs a target and none was named." },
  "USAGE.TARGET_UNKNOWN": { exit: "USAGE", means: "The word given is no configured target, path or URL." },
  "USAGE.CONSENT_MISSING": { exit: "USAGE", means: "The work needs consent and the run is not interactive." },
  "USAGE.CONFIRM_MISMATCH": { exit: "USAGE", means: "--confirm names something else than what would be destroyed." },
  "USAGE.DECLINED": { exit: "DECLINED", means: "A prompt was answered with no." },
  "CONFIG.INVALID": { exit: "USAGE", means: "dbops.yaml has a wrong or unknown setting." },
  "CONFIG.NOT_FOUND": { exit: "USAGE", means: "The configuration file named does not exist or cannot be read." },
  "CONFIG.EXISTS": { exit: "USAGE", means: "A dbops.yaml exists and dbops was not told to replace it." },
  "CONFIG.SECRET": { exit: "USAGE", means: "A secret that the configuration refers to cannot be read." },
  "CONFIG.NO_STORE": { exit: "USAGE", means: "No backup store is configured and none can be derived." },
  "CONNECT.NO_HOST": { exit: "UNREACHABLE", means: "The host name does not resolve.", retryable: true },
  "CONNECT.REFUSED": { exit: "UNREACHABLE", means: "Nothing accepts connections at that address.", retryable: true },
  "CONNECT.TIMEOUT": { exit: "UNREACHABLE", means: "The server did not answer in time.", retryable: true },
  "CONNECT.LOST": { exit: "UNREACHABLE", means: "The connection broke during the work.", retryable: true },
  "CONNECT.PASSWORD": { exit: "UNREACHABLE", means: "The server refused the user or password." },
  "CONNECT.NOT_PERMITTED": { exit: "UNREACHABLE", means: "The server does not let this user or address in." },
  "CONNECT.NO_DATABASE": { exit: "UNREACHABLE", means: "The database does not exist on the server." },
  "CONNECT.TLS": { exit: "UNREACHABLE", means: "TLS was demanded and refused, or its certificate is not accepted." },
  "CONNECT.TOO_MANY": { exit: "UNREACHABLE", means: "The server has no connection left.", retryable: true },
  "CONNECT.STARTING": { exit: "UNREACHABLE", means: "The server is starting up or shutting down.", retryable: true },
  "CONNECT.FILE_MISSING": { exit: "UNREACHABLE", means: "The database file does not exist." },
  "CONNECT.NOT_A_DATABASE": { exit: "UNREACHABLE", means: "What is there is not a database." },
  "CONNECT.ENCRYPTED": { exit: "UNREACHABLE", means: "The file looks like an encrypted database." },
  "CONNECT.NO_PERMISSION": { exit: "UNREACHABLE", means: "The file or its folder may not be read." },
  "CONNECT.READ_ONLY": {
    exit: "UNREACHABLE",
    means: "The file's folder is read-only and the work needs to write there.",
  },
  "LOCK.HELD": { exit: "LOCKED", means: "Another dbops run holds the lock.", retryable: true },
  "LOCK.UNUSABLE": { exit: "FAILED", means: "This user cannot make, open or lock the lock file." },
  "LOCK.DATABASE": { exit: "LOCKED", means: "A lock in the database was not granted in time.", retryable: true },
  "LOCK.SESSIONS": { exit: "LOCKED", means: "Other sessions use the database that must be swapped.", retryable: true },
  "UNSUPPORTED.ENGINE": { exit: "UNSUPPORTED", means: "This engine has no such thing." },
  "UNSUPPORTED.FORMAT_VERSION": { exit: "UNSUPPORTED", means: "A file was written by a newer dbops." },
  "UNSUPPORTED.SERVER": { exit: "UNSUPPORTED", means: "The server is older or newer than dbops supports." },
  "TOOL.MISSING": { exit: "UNSUPPORTED", means: "A program that the work needs is not installed." },
  "TOOL.TOO_OLD": { exit: "UNSUPPORTED", means: "A program is older than the server or the archive." },
  "TOOL.FAILED": { exit: "FAILED", means: "A child program ended with an error." },
  "RESTORE.ROLE_MISSING": { exit: "UNSUPPORTED", means: "A role that the backup needs does not exist on the server." },
  "RESTORE.EXTENSION_MISSING": { exit: "UNSUPPORTED", means: "An extension that the backup needs is not available." },
  "RESTORE.TARGET_EXISTS": { exit: "FAILED", means: "Something exists where the restore would write." },
  "RESTORE.NOTHING_TO_UNDO": { exit: "FAILED", means: "No earlier state was kept, or the last restore was in place." },
  "RESTORE.NO_RIGHT": { exit: "FAILED", means: "The user may not create or rename the database." },
  "RESOURCE.DISK_FULL": { exit: "RESOURCES", means: "No space or quota is left on a disk." },
  "RESOURCE.MEMORY": { exit: "RESOURCES", means: "Not enough memory." },
  "STORE.NOT_WRITABLE": { exit: "FAILED", means: "The backup store cannot be written." },
  "STORE.NOT_READABLE": { exit: "FAILED", means: "The backup store cannot be read." },
  "STORE.EXISTS": { exit: "FAILED", means: "An object of that name exists in the store; dbops never overwrites one." },
  "BACKUP.NOT_FOUND": { exit: "USAGE", means: "No backup matches." },
  "BACKUP.AMBIGUOUS": { exit: "USAGE", means: "Several backups or identities match." },
  "BACKUP.CHECKSUM_MISMATCH": { exit: "VERIFY", means: "Stored or raw bytes differ from the manifest." },
  "BACKUP.DAMAGED": { exit: "VERIFY", means: "A backup cannot be read to its end." },
  "BACKUP.MANIFEST_INVALID": { exit: "VERIFY", means: "A manifest is damaged or was edited." },
  "BACKUP.PART_MISSING": { exit: "VERIFY", means: "A file that the manifest names is missing." },
  "BACKUP.NOT_ENCRYPTED": { exit: "VERIFY", means: "A file that must be encrypted is not." },
  "BACKUP.WRONG_KEY": { exit: "VERIFY", means: "The identity or passphrase does not open the backup." },
  "BACKUP.FINGERPRINT_MISMATCH": { exit: "VERIFY", means: "Restored tables differ from those backed up." },
  "BACKUP.SOURCE_DAMAGED": {
    exit: "VERIFY",
    means: "The database itself is damaged; the backup was kept all the same.",
  },
  "BACKUP.INCOMPLETE": { exit: "FAILED", means: "The snapshot's producer did not deliver everything." },
  "BACKUP.UNPROVEN": { exit: "UNSUPPORTED", means: "The proof could not be attempted here." },
  "BACKUP.KEY_MISSING": { exit: "USAGE", means: "The backup is encrypted and no identity or passphrase was given." },
  "DB.REFUSED": { exit: "FAILED", means: "The database refused a statement." },
  "DB.PERMISSION": { exit: "FAILED", means: "The database user lacks a right." },
  "DB.DAMAGED": { exit: "VERIFY", means: "The database is damaged." },
  "DB.HOT_JOURNAL": { exit: "FAILED", means: "A crashed write must be rolled back first and this user may not write." },
  "DB.CHANGED": {
    exit: "FAILED",
    means: "Objects of the database kept changing during the work, which was given up.",
    retryable: true,
  },
  "EXPORT.MIXED_COLUMN": {
    exit: "USAGE",
    means: "A column mixes numbers, text and blobs, which CSV would not tell apart.",
  },
  "EXPORT.UNSAFE_TEXT": {
    exit: "USAGE",
    means: "A text holds NUL or bytes that are not UTF-8, which readers of CSV cut or change.",
  },
  "EXPORT.NULL_UNSEEN": { exit: "USAGE", means: "NULL in the only column of a CSV file would be an empty line." },
  "IMPORT.NOT_FOUND": { exit: "USAGE", means: "The file or folder to import does not exist." },
  "IMPORT.INPUT_INVALID": {
    exit: "FAILED",
    means: "What is to be imported is empty, cut short, or nothing that holds records.",
  },
  "IMPORT.ENCODING": { exit: "FAILED", means: "Bytes of a text stand for no character in its encoding." },
  "IMPORT.SYNTAX": {
    exit: "FAILED",
    means: "A file breaks the rules of its format so that nothing after it can be read.",
  },
  "IMPORT.CHECKSUM_MISMATCH": {
    exit: "VERIFY",
    means: "A file or its number of records differs from the export's manifest.",
  },
  "IMPORT.MANIFEST_INVALID": { exit: "VERIFY", means: "An export's manifest is damaged or was edited." },
  "IMPORT.REJECTED": {
    exit: "FAILED",
    means: "The database, or the reader, refused more records than --max-errors allows; nothing was written.",
  },
  "IMPORT.CUT_SHORT": {
    exit: "FAILED",
    means: "An import with --commit-every ended before its end; what was committed before stays.",
  },
  "IMPORT.COUNT_MISMATCH": {
    exit: "VERIFY",
    means: "Records read and records inserted, updated, skipped and rejected do not add up; nothing was written.",
  },
  "OUTPUT.EXISTS": { exit: "FAILED", means: "Something that is not replaced stands where the output would go." },
  "OUTPUT.UNWRITABLE": {
    exit: "FAILED",
    means: "The standard output, or a file that was asked for, cannot be written.",
  },
  "AUDIT.UNWRITABLE": { exit: "FAILED", means: "audit.required is set and the audit log cannot be written." },
  "RUN.TIMEOUT": { exit: "TIMEOUT", means: "The run exceeded --timeout.", retryable: true },
  "RUN.HANGUP": { exit: "HANGUP", means: "The terminal went away." },
  "RUN.INTERRUPTED": { exit: "INTERRUPTED", means: "Ctrl-C." },
  "RUN.TERMINATED": { exit: "TERMINATED", means: "SIGTERM." },
  "RUN.BUG": { exit: "BUG", means: "An unexpected internal error: a bug in dbops." },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CODES;
