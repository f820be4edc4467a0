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

export function envelope(parts: Omit<Envelope, "schema" | "ok">): Envelope {
  return { schema: "dbops/1", ok: OK_EXITS.includes(parts.exit), ...parts };
}
