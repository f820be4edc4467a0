import { z } from "zod";
import { UNCARRIED_KINDS } from "../core/uncarried-kinds.js";

const columnSchema = z.object({
  name: z.string(),
  /** The source's declared type and the target's, in their own words. */
  from: z.string(),
  to: z.string(),
  /** Why this type. */
  evidence: z.string(),
  /** The flag that changes the choice. */
  flag: z.string().nullable(),
});

const tableSchema = z.object({
  source: z.string(),
  target: z.string(),
  /** Rows at the target; null while they are only planned. */
  rows: z.int().nullable(),
  /** Rows that were left out, and values that became NULL instead. */
  rejected: z.int().nullable(),
  checksum: z
    .object({
      algorithm: z.string(),
      source: z.string(),
      target: z.string(),
      equal: z.boolean(),
    })
    .nullable(),
  columns: z.array(columnSchema),
});

const notCarriedSchema = z.object({
  kind: z.enum([...UNCARRIED_KINDS, "notes"]),
  name: z.string(),
  /** `counted` makes the copy one in part; `allowed` was allowed by --allow-uncarried; `note` never counts. */
  class: z.enum(["counted", "allowed", "note"]),
  reason: z.string(),
  sql: z.string().nullable(),
});

/** What a plan and a run tell, with the same keys. */
export const copyReportSchema = z.object({
  run: z.string(),
  source: z.object({
    label: z.string(),
    /** Whether others have written since the snapshot; null while nothing is copied. */
    unchanged: z.enum(["yes", "no", "probably"]).nullable(),
  }),
  target: z.object({
    label: z.string(),
    /** Where what was replaced is kept. */
    previous: z.string().nullable(),
  }),
  /** How all tables are of one moment. */
  snapshot: z.string().nullable(),
  tables: z.array(tableSchema),
  notCarried: z.array(notCarriedSchema),
  phases: z.array(z.object({ name: z.string(), ms: z.int() })),
  /** Whether --resume can go on with it; null while nothing is copied. */
  resumable: z.boolean().nullable(),
});

export type CopyReport = z.infer<typeof copyReportSchema>;
