import { z } from "zod";
import { listedBackupSchema } from "../../lib/backup/list-backups.js";
import { manifestSchema } from "../../lib/backup/manifest.js";

/** The listed facts and the whole manifest. */
export const showSchema = z.object({ backup: listedBackupSchema, manifest: manifestSchema });
export type ShowData = z.infer<typeof showSchema>;
