import type { ErrorCode } from "../../lib/core/error-codes.js";
import { DbopsError } from "../../lib/core/errors.js";
import { redactPatterns } from "../../lib/core/redaction.js";
import { type ChildEnd, toolFailed } from "../../lib/system/child-registry.js";

/** Last words of pg_dump, pg_restore and psql that mean more than "failed". */
const LAST_WORDS: readonly { readonly pattern: RegExp; readonly code: ErrorCode; readonly hint?: string }[] = [
  {
    pattern: /no matching (tables|schemas|extensions) were found/,
    code: "TOOL.FAILED",
    hint: "`dbops info TARGET` lists the tables; patterns are pg_dump's: schema.table, * for any text",
  },
  { pattern: /server version mismatch|unsupported version \([\d.]+\) in file header/, code: "TOOL.TOO_OLD" },
  {
    pattern:
      /server closed the connection|connection to server was lost|terminating connection|could not receive data|SSL SYSCALL|no connection to the server/,
    code: "CONNECT.LOST",
  },
  { pattern: /certificate verify failed|root certificate file|does not match host name/, code: "CONNECT.TLS" },
  // pg_dump sets its --lock-wait-timeout as statement_timeout.
  {
    pattern: /canceling statement due to lock timeout|could not obtain lock|statement timeout[\s\S]*LOCK TABLE/,
    code: "LOCK.DATABASE",
  },
  { pattern: /role "[^"]*" does not exist/, code: "RESTORE.ROLE_MISSING" },
  {
    pattern: /extension "[^"]*" is not available|could not open extension control file/,
    code: "RESTORE.EXTENSION_MISSING",
  },
  { pattern: /permission denied|must be owner|must be superuser|must be able to SET ROLE/, code: "DB.PERMISSION" },
  {
    pattern:
      /found unexpected block ID|could not read from input file|did not find magic string|could not uncompress|corrupt|end of file/,
    code: "BACKUP.DAMAGED",
  },
];

/** What a child's bad end means; TOOL.FAILED when its last words are not known. */
export function childFailed(command: string, end: ChildEnd): DbopsError {
  const plain = toolFailed(command, end);
  if (plain.code !== "TOOL.FAILED") return plain;
  const known = LAST_WORDS.find(({ pattern }) => pattern.test(end.stderr));
  const why = plain.why === null ? undefined : redactPatterns(plain.why);
  return new DbopsError(known?.code ?? "TOOL.FAILED", {
    message: plain.message,
    why,
    hint: known?.hint ?? plain.hint ?? undefined,
  });
}
