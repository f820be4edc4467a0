import { z } from "zod";

/** `data` of `restore run`. */
export const runSchema = z.object({
  restore: z.object({
    /** A backup's ID, or a file's path. */
    from: z.string(),
    kind: z.enum(["backup", "file"]),
    to: z.string(),
    target: z.string(),
    tables: z.array(
      z.object({
        kind: z.enum(["table", "sequence", "largeObjects"]),
        schema: z.string().nullable(),
        name: z.string(),
        rows: z.int().nullable(),
        matches: z.boolean().nullable(),
      }),
    ),
    /** How the tables were compared. */
    compared: z.enum(["hash", "rows", "nothing"]),
    /** Whether columns, indexes, triggers, views and the like are those of the backup; null when it does not say. */
    structureMatches: z.boolean().nullable(),
    /** False when the loaded data differed: the target is as it was. */
    swapped: z.boolean(),
    previous: z.string().nullable(),
    /** The backup taken before a restore in place, and the store that holds it. */
    safetyBackup: z.string().nullable(),
    safetyStore: z.string().nullable(),
    record: z.string().nullable(),
    durationMs: z.int(),
  }),
});

export type RunData = z.infer<typeof runSchema>;
