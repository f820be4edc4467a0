import { ERROR_CODES, type ErrorCode } from "./error-codes.js";
import { type ExitName, exitCode } from "./exit-codes.js";

export interface ErrorDetails {
  /** What failed, in one line. */
  readonly message: string;
  /** Why it failed. */
  readonly why?: string | undefined;
  /** What to do about it, if possible as a command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error of the user's world, thrown where it is understood. Anything else that reaches main is a bug. */
export class DbopsError extends Error {
  readonly code: ErrorCode;
  readonly why: string | null;
  readonly hint: string | null;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "DbopsError";
    this.code = code;
    this.why = details.why ?? null;
    this.hint = details.hint ?? null;
  }

  get exitName(): ExitName {
    return ERROR_CODES[this.code].exit;
  }

  get exit(): number {
    return exitCode(this.exitName);
  }

  get retryable(): boolean {
    return "retryable" in ERROR_CODES[this.code];
  }
}

/** The error as it is shown and serialised. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly why: string | null;
  readonly hint: string | null;
  readonly retryable: boolean;
}

/** Turns a DbopsError into its report; never contains the cause. */
export function reportError(error: DbopsError): ErrorReport {
  const { code, message, why, hint, retryable } = error;
  return { code, message, why, hint, retryable };
}

/** Wraps what is not a DbopsError as RUN.BUG, keeping it as cause. */
export function asDbopsError(thrown: unknown): DbopsError {
  if (thrown instanceof DbopsError) return thrown;
  if (isSuppressing(thrown)) return asDbopsError(thrown.suppressed);
  return new DbopsError("RUN.BUG", {
    message: `unexpected error: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    why: "dbops did not expect this; it is a bug",
    hint: "run again with --verbose and report the stack",
    cause: thrown,
  });
}

/** When closing fails after the work has failed, `using` throws both in one; the work's own error is the cause to show. */
function isSuppressing(thrown: unknown): thrown is Error & { readonly suppressed: unknown } {
  return thrown instanceof Error && thrown.name === "SuppressedError" && "suppressed" in thrown;
}

/** The `code` property (ENOENT, 28P01, SQLITE_BUSY …) of a foreign error, or null. */
export function foreignCode(thrown: unknown): string | null {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
