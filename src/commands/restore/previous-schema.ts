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
});

export type PreviousData = z.infer<typeof previousSchema>;
