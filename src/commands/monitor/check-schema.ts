import { z } from "zod";
import { checkResultSchema } from "../../lib/findings/check-result-schema.js";

/** `data` of `monitor check`: what every check said of every target. */
export const checkSchema = z.object({
  targets: z
    .array(
      z.object({
        target: z.string(),
        engine: z.string(),
        label: z.string().nullable(),
        isReached: z.boolean(),
        durationMs: z.int(),
        /** Of it, how long the database was asked. */
        databaseMs: z.int(),
        answered: z.int(),
        isTimeSpent: z.boolean(),
        checks: z.array(checkResultSchema).readonly(),
      }),
    )
    .readonly(),
  durationMs: z.int(),
  endedAt: z.iso.datetime(),
});

export type CheckData = z.infer<typeof checkSchema>;
