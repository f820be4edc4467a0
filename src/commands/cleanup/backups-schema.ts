import { z } from "zod";

const fateSchema = z.object({
  id: z.string(),
  /** Every rule that keeps it, or why it goes. */
  reason: z.string(),
  takenAt: z.iso.datetime(),
  storedBytes: z.int().nonnegative(),
});

/** `data` of `cleanup backups`. */
export const backupsSchema = z.object({
  kept: z.array(fateSchema),
  dropped: z.array(fateSchema),
  /** Why nothing new may go; null when the newest run is as it should be. */
  held: z.string().nullable(),
  /** The backups that `backup accept` would have to name to end that. */
  acceptIds: z.array(z.string()),
  freedBytes: z.int().nonnegative(),
});

export type BackupsData = z.infer<typeof backupsSchema>;
export type BackupFate = z.infer<typeof fateSchema>;
