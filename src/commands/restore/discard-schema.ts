import { z } from "zod";

/** `data` of `restore discard`. */
export const discardSchema = z.object({
  discarded: z.array(z.object({ target: z.string(), name: z.string(), sizeBytes: z.int() })),
});

export type DiscardData = z.infer<typeof discardSchema>;
