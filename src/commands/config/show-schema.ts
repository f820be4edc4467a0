import { z } from "zod";

export const showSchema = z.object({
  /** The dbops.yaml used; null when there is none. */
  config: z.string().nullable(),
  settings: z.array(
    z.object({
      key: z.string(),
      /** As it would be written in dbops.yaml; secrets are `***`. */
      value: z.string().nullable(),
      /** null without --sources. */
      source: z.string().nullable(),
    }),
  ),
});
export type ShowData = z.infer<typeof showSchema>;
