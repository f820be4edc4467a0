import { z } from "zod";
import { UNCARRIED_KINDS } from "../core/uncarried-kinds.js";
import { EXPORT_FORMATS } from "./output-form.js";

const tableSchema = z.object({
  schema: z.string().nullable(),
  /** null for a query. */
  name: z.string().nullable(),
  /** In a folder or archive; null where everything is one output. */
  file: z.string().nullable(),
  rows: z.int(),
  /** Of the text, before compression; null where rows went into a database. */
  bytes: z.int().nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string().nullable() })),
  /** Columns that mix numbers, text and blobs, written by --lossy. */
  mixed: z.array(z.string()),
  /** Columns whose text is not UTF-8, or in CSV holds a NUL; written by --lossy, with U+FFFD for the former. */
  unsafeText: z.array(z.string()),
  /** Columns with NaN or an infinity. */
  nonFinite: z.array(z.string()),
});

/** What an export has made. */
export const exportReportSchema = z.object({
  target: z.string(),
  /** `-` for the standard output. */
  output: z.string(),
  format: z.enum(EXPORT_FORMATS),
  /** `folder`, `zip` and `tar.gz` hold a file per table. */
  container: z.enum(["file", "folder", "zip", "tar.gz"]),
  compression: z.enum(["zstd", "gzip", "none"]),
  /** The moment of the rows. */
  takenAt: z.iso.datetime(),
  tables: z.array(tableSchema),
  rows: z.int(),
  /** What belongs to the tables and another engine's database file cannot have. */
  notCarried: z.array(z.object({ kind: z.enum(UNCARRIED_KINDS), name: z.string(), reason: z.string() })),
  /** What lies in the output; null for the standard output. */
  sizeBytes: z.int().nullable(),
  /** Of the output; null for a folder, a database and the standard output. */
  sha256: z.string().nullable(),
  durationMs: z.int(),
});

export type ExportReport = z.infer<typeof exportReportSchema>;
