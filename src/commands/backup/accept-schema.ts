import { z } from "zod";

export const acceptSchema = z.object({
  accepted: z.object({ id: z.string(), target: z.string(), at: z.string(), reason: z.string() }),
});
export type AcceptData = z.infer<typeof acceptSchema>;
