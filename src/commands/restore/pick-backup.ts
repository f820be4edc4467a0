import { backupState } from "../../lib/backup/backup-state.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatDuration } from "../../lib/core/units.js";
import type { PickBackup } from "../../lib/restore/find-source.js";
import type { Context } from "../define.js";

/** Asks the person at the terminal; null when nobody can be asked. */
export function pickBackup({ prompts, clock, signal }: Context): PickBackup | null {
  if (prompts === null) return null;
  return async (entries) => {
    const now = clock.now();
    const choices = entries.map((entry) => {
      const { id, takenAt } = entry.manifest;
      const age = formatDuration(Math.max(0, now.getTime() - Date.parse(takenAt)));
      const hint = `${id}, ${backupState(entry, now).text}`;
      return { value: entry, label: `${formatLocalTime(new Date(takenAt))}, ${age} ago`, hint };
    });
    return await prompts.pickOne("Which backup?", choices, signal);
  };
}
