import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical-json.js";

export const AUDIT_VERSION = 1;

/** One line of audit.jsonl. Each names the SHA-256 of the line before it, so that a cut or an edit shows. */
export interface AuditRecord {
  readonly version: number;
  readonly event: "begin" | "end";
  readonly at: string;
  readonly run: string;
  readonly command: string;
  /** Redacted. */
  readonly argv: readonly string[];
  readonly targets: readonly string[];
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly isInteractive: boolean;
  /** Only in `end`. */
  readonly exit: number | null;
  readonly error: string | null;
  readonly previous: string | null;
}

/** The line to append and its hash, which is the new head of the chain. */
export function auditLine(record: AuditRecord): { line: string; head: string } {
  const line = canonicalJson(record);
  return { line: `${line}\n`, head: createHash("sha256").update(line).digest("hex") };
}

/** The hash of the last whole line of a log's text, or null when it has none. */
export function headOf(text: string): string | null {
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  return last === "" ? null : createHash("sha256").update(last).digest("hex");
}
