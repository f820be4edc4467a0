import { z } from "zod";
import type { ProofMark } from "./marks.js";

/** A measured recovery: how long it takes, and how much would be lost. */
export const drillSchema = z.object({
  id: z.string(),
  target: z.string(),
  takenAt: z.string(),
  /** Measured: fetch, decrypt, decompress, load and compare. */
  rtoMs: z.int(),
  /** The database server's clock now, less the moment of the backup. */
  rpoMs: z.int(),
  maxRtoMs: z.number().nullable(),
  maxRpoMs: z.number().nullable(),
  isWithinBudget: z.boolean(),
  hashed: z.int(),
  counted: z.int(),
});
export type Drill = z.infer<typeof drillSchema>;

export interface DrillFacts {
  readonly target: string;
  readonly takenAt: string;
  readonly proof: ProofMark;
  /** By the database server's clock where it can be asked. */
  readonly now: Date;
  readonly maxRtoMs: number | null;
  readonly maxRpoMs: number | null;
}

/** Holds a fresh proof against the budgets; without a budget nothing is exceeded. */
export function drillResult({ target, takenAt, proof, now, maxRtoMs, maxRpoMs }: DrillFacts): Drill {
  const rtoMs = proof.durationMs;
  const rpoMs = Math.max(0, now.getTime() - Date.parse(takenAt));
  const isWithinBudget =
    rtoMs <= (maxRtoMs ?? Number.POSITIVE_INFINITY) && rpoMs <= (maxRpoMs ?? Number.POSITIVE_INFINITY);
  const { id, hashed, counted } = proof;
  return { id, target, takenAt, rtoMs, rpoMs, maxRtoMs, maxRpoMs, isWithinBudget, hashed, counted };
}
