import { z } from "zod";

const columnSchema = z.object({
  name: z.string(),
  /** Native type; null where the engine knows none. */
  type: z.string().nullable(),
  generated: z.boolean(),
});

const tableSchema = z.object({
  schema: z.string().nullable(),
  name: z.string(),
  /** Its file, beside the manifest. */
  file: z.string(),
  columns: z.array(columnSchema),
  rows: z.int(),
  /** Which part of the table these are: null, null and true for all of it. */
  where: z.string().nullable(),
  limit: z.int().nullable(),
  allColumns: z.boolean(),
  bytes: z.int(),
  /** Of the file as it stands there. */
  sha256: z.string(),
  /** Columns with NaN or an infinity: their text spells stand for numbers. */
  nonFinite: z.array(z.string()),
  /** Columns that hold bytes: their text spells them as `dialect.blob` says. */
  blobs: z.array(z.string()),
  /** Columns that mix numbers, text and blobs, which CSV does not tell apart. */
  mixed: z.array(z.string()),
  /** Columns of CSV that hold numbers alone, though their type does not say so; earlier manifests do not tell. */
  numbers: z.array(z.string()).optional(),
  /** Columns in which --lossy has changed text. */
  unsafeText: z.array(z.string()),
});

/** `manifest.json` of an exported folder or archive: what import needs to bring the very same rows back. */
export const exportManifestSchema = z.object({
  version: z.int(),
  tool: z.string(),
  /** The engine's name, and its version. */
  engine: z.string(),
  serverVersion: z.string(),
  takenAt: z.iso.datetime(),
  format: z.enum(["csv", "tsv", "json", "ndjson"]),
  /** How the files of one format are spelled. */
  dialect: z.object({
    delimiter: z.string().nullable(),
    null: z.string().nullable(),
    blob: z.enum(["hex", "base64"]).nullable(),
    int64: z.enum(["number", "string"]).nullable(),
    compression: z.enum(["zstd", "gzip", "none"]),
  }),
  /** The rows belong at byte `rowsAt`: tables before it, indexes, keys and triggers after it. */
  schemaFile: z.object({ file: z.string(), sha256: z.string(), rowsAt: z.int() }),
  tables: z.array(tableSchema),
});

export type ExportManifest = z.infer<typeof exportManifestSchema>;
export type ExportedTable = z.infer<typeof tableSchema>;
