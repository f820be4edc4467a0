import { z } from "zod";

/** `data` of `restore undo`. */
export const undoSchema = z.object({
  undone: z.object({
    to: z.string(),
    target: z.string(),
    /** The kept state that is in place again. */
    name: z.string(),
    replacedAt: z.string().nullable(),
    /** Where what was undone is kept now. */
    previous: z.string().nullable(),
    durationMs: z.int(),
  }),
});

export type UndoData = z.infer<typeof undoSchema>;
