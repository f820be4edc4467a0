import { z } from "zod";

const rejectSchema = z.object({
  table: z.string(),
  file: z.string(),
  /** The line or record in the file; null when only the whole can be said to be wrong. */
  place: z.int().nullable(),
  placeWord: z.enum(["line", "record"]),
  column: z.string().nullable(),
  value: z.string().nullable(),
  reason: z.string(),
});

const tableSchema = z.object({
  schema: z.string().nullable(),
  name: z.string(),
  /** The file, or member of an archive, that its records are in. */
  file: z.string(),
  isNew: z.boolean(),
  columns: z.array(
    z.object({
      field: z.string(),
      column: z.string(),
      type: z.string(),
      /** What the records are, where the type was chosen by them; else null. */
      evidence: z.string().nullable(),
    }),
  ),
  /** Columns of the file that go nowhere. */
  left: z.array(z.string()),
  /** null when nothing was loaded: a preview. */
  counts: z
    .object({
      /** Always inserted + updated + skipped + rejected; of a run that wrote nothing only those rejected. */
      read: z.int(),
      inserted: z.int(),
      updated: z.int(),
      skipped: z.int(),
      rejected: z.int(),
      /** Records that were read from the file until the run ended; more than `read` where some were rolled back. */
      attempted: z.int(),
      /** Rows that were there before, and were deleted first. */
      deleted: z.int().nullable(),
    })
    .nullable(),
  /** Columns that took values which are not of their type, as SQLite lets them. */
  loose: z.array(z.object({ column: z.string(), rows: z.int(), reason: z.string() })),
  /** The first records, as the table would get them; null unless asked for. */
  preview: z.array(z.array(z.string().nullable())).nullable(),
});

const scriptSchema = z.object({
  /** The script's file. */
  file: z.string(),
  statements: z.int(),
  /** Tables that were made, dropped or changed. */
  tables: z.array(
    z.object({
      schema: z.string().nullable(),
      name: z.string(),
      kind: z.enum(["made", "changed", "dropped"]),
      /** null where the table was not there, or counting would have taken long or waited for a lock. */
      rowsBefore: z.int().nullable(),
      rowsAfter: z.int().nullable(),
    }),
  ),
});

export const importReportSchema = z.object({
  /** What was done: `check` and `preview` change nothing. */
  did: z.enum(["import", "check", "preview"]),
  /** null for a script. */
  mode: z.enum(["insert", "ignore", "upsert", "replace", "truncate"]).nullable(),
  target: z.string(),
  /** Whether an export's own schema makes its tables, with keys, indexes, triggers and all. */
  hasOwnSchema: z.boolean(),
  tables: z.array(tableSchema),
  /** What an SQL script did; null for an input of records, which `tables` tells of. */
  script: scriptSchema.nullable(),
  rejects: z.array(rejectSchema),
  /** Whether every record of the input was read; a check ends early when it has found too much. */
  isWhole: z.boolean(),
  /** Records that are in the database now: all of them, none, or with --commit-every some. */
  committed: z.int(),
  /** Where the rejects were written; null when there are none, or nowhere. */
  rejectsFile: z.string().nullable(),
  /** Copies of the input's files that are kept; empty unless asked for. */
  archived: z.array(z.object({ file: z.string(), path: z.string(), bytes: z.int(), sha256: z.string() })),
  durationMs: z.int(),
});

export type ImportReport = z.infer<typeof importReportSchema>;
export type ImportedTable = z.infer<typeof tableSchema>;
