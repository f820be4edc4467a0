import type { ErrorReport } from "../core/errors.js";
import { EXIT_CODES } from "../core/exit-codes.js";

/** The one document that `--json` prints; every key is always there. */
export interface Envelope {
  readonly schema: "dbops/1";
  readonly ok: boolean;
  readonly exit: number;
  readonly command: string;
  readonly run: string;
  readonly targets: readonly string[];
  readonly startedAt: string;
  readonly durationMs: number;
  readonly data: unknown;
  readonly error: ErrorReport | null;
  readonly warnings: readonly string[];
}

const OK_EXITS: readonly number[] = [EXIT_CODES.OK.code, EXIT_CODES.FINDINGS.code, EXIT_CODES.PARTIAL.code];

/** The document of a run; its keys always stand in the same order. */
export function envelope(parts: Omit<Envelope, "schema" | "ok">): Envelope {
  const { exit, command, run, targets, startedAt, durationMs, data, error, warnings } = parts;
  const ok = OK_EXITS.includes(exit);
  return { schema: "dbops/1", ok, exit, command, run, targets, startedAt, durationMs, data, error, warnings };
}
