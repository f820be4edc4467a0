import { z } from "zod";

/** `data` of `restore previous`. */
export const previousSchema = z.object({
  previous: z.array(
    z.object({
      target: z.string(),
      name: z.string(),
      replacedAt: z.string().nullable(),
      ageSeconds: z.int().nullable(),
      sizeBytes: z.int(),
    }),
  ),
  /** Databases whose last restore was in place: it kept nothing, and is undone by restoring the safety backup. */
  inPlace: z.array(z.object({ target: z.string(), at: z.string(), safetyBackup: z.string(), store: z.string() })),
});

export type PreviousData = z.infer<typeof previousSchema>;
