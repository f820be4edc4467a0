import { z } from "zod";

const bytesSchema = z.int().nonnegative().nullable();
const referenceSchema = z.object({ schema: z.string().nullable(), table: z.string(), columns: z.array(z.string()) });

/** One table, with everything that refers to it. */
export const tableReportSchema = z.object({
  schema: z.string().nullable(),
  name: z.string(),
  kind: z.enum(["table", "partitioned", "partition", "foreign", "virtual", "shadow"]),
  /** null when nobody has counted or estimated them. */
  rows: z.int().nonnegative().nullable(),
  /** Whether `rows` comes from the database's statistics instead of a count. */
  isEstimated: z.boolean(),
  sizeBytes: bytesSchema,
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      isNullable: z.boolean(),
      defaultSql: z.string().nullable(),
      isGenerated: z.boolean(),
      isIdentity: z.boolean(),
    }),
  ),
  primaryKey: z.array(z.string()),
  indexes: z.array(
    z.object({
      name: z.string(),
      isUnique: z.boolean(),
      isPrimary: z.boolean(),
      isDeferrable: z.boolean(),
      columns: z.array(z.string()),
      sizeBytes: bytesSchema,
      definition: z.string().nullable(),
    }),
  ),
  foreignKeys: z.array(
    z.object({
      name: z.string().nullable(),
      columns: z.array(z.string()),
      references: referenceSchema,
      onDelete: z.string(),
      onUpdate: z.string(),
      isDeferrable: z.boolean(),
    }),
  ),
  /** Foreign keys of other tables (or its own) that point here. */
  referencedBy: z.array(z.object({ name: z.string().nullable(), ...referenceSchema.shape })),
  checks: z.array(z.object({ name: z.string().nullable(), sql: z.string() })),
  triggers: z.array(z.object({ name: z.string(), sql: z.string() })),
});

/** A database as it is now. */
export const databaseReportSchema = z.object({
  engine: z.string(),
  title: z.string(),
  version: z.string(),
  /** Path or URL; never holds a secret. */
  label: z.string(),
  sizeBytes: z.int().nonnegative(),
  role: z.enum(["primary", "standby"]).nullable(),
  systemIdentifier: z.string().nullable(),
  timeline: z.int().nullable(),
  /** By the database server's own clock. */
  serverTime: z.iso.datetime(),
  settings: z.array(z.object({ name: z.string(), value: z.string() })),
  tables: z.array(tableReportSchema),
  views: z.array(z.object({ schema: z.string().nullable(), name: z.string(), isMaterialized: z.boolean() })),
  sequences: z.array(
    z.object({
      schema: z.string().nullable(),
      name: z.string(),
      /** A string beyond 2^53. */
      lastValue: z.union([z.int(), z.string()]).nullable(),
    }),
  ),
});

export type TableReport = z.infer<typeof tableReportSchema>;
export type DatabaseReport = z.infer<typeof databaseReportSchema>;
