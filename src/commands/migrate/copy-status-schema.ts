import { z } from "zod";
import { copyStatusSchema } from "../../lib/copy/copy-status.js";

/** `data` of `migrate copy status`: the newest first. */
export const copyStatusDataSchema = z.object({ copies: z.array(copyStatusSchema) });

export type CopyStatusData = z.infer<typeof copyStatusDataSchema>;
