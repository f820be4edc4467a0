import { z } from "zod";
import { manifestName } from "./backup-name.js";
import {
  conditionSchema,
  encryptionSchema,
  type Manifest,
  mainPart,
  partSchema,
  tableSchema,
  verifiedSchema,
} from "./manifest.js";

/** A backup as `--json` shows it; sizes and hashes are those of the main part. */
export const backupReportSchema = z.object({
  id: z.string(),
  target: z.string(),
  engine: z.string(),
  file: z.string(),
  manifestFile: z.string(),
  rawBytes: z.int(),
  storedBytes: z.int(),
  rawSha256: z.string(),
  storedSha256: z.string(),
  compression: z.enum(["zstd", "gzip", "none"]),
  encryption: encryptionSchema.nullable(),
  parts: z.array(partSchema),
  tables: z.array(tableSchema),
  isPartial: z.boolean(),
  condition: conditionSchema,
  startedAt: z.string(),
  takenAt: z.string(),
  durationMs: z.int(),
  verified: verifiedSchema,
});

export type BackupReport = z.infer<typeof backupReportSchema>;

export function backupReport(manifest: Manifest): BackupReport {
  const main = mainPart(manifest);
  const { file, rawBytes, storedBytes, rawSha256, storedSha256 } = main;
  const { id, target, engine, compression, encryption, parts, isPartial, condition } = manifest;
  const { startedAt, takenAt, durationMs, verified } = manifest;
  const sizes = { file, manifestFile: manifestName(id), rawBytes, storedBytes, rawSha256, storedSha256 };
  const content = { compression, encryption, parts, tables: manifest.fingerprint.tables, isPartial, condition };
  return { id, target, engine, ...sizes, ...content, startedAt, takenAt, durationMs, verified };
}

/** False when it was taken without a fingerprint: then no restore of it can be compared, and so none is a proof. */
export function isComparable({ tables }: Pick<BackupReport, "tables">): boolean {
  return tables.length === 0 || tables.some(({ rows, hash }) => rows !== null || hash !== null);
}

/** The entries of its fingerprint that are tables: sequences and large objects aside. */
export function tablesOf({ tables }: Pick<BackupReport, "tables">): BackupReport["tables"] {
  return tables.filter(({ kind }) => kind === "table");
}
