import { DbopsError } from "../core/errors.js";
import type { ManifestBody } from "./manifest.js";

/** BACKUP.SOURCE_DAMAGED for a backup of a damaged database, else null: it was saved all the same. */
export function sourceDamaged({
  id,
  target,
  condition,
}: Pick<ManifestBody, "id" | "target" | "condition">): DbopsError | null {
  if (condition.state !== "damaged") return null;
  return new DbopsError("BACKUP.SOURCE_DAMAGED", {
    message: `${target} itself is damaged; it was saved all the same as ${id}`,
    why: condition.details.slice(0, 10).join("\n"),
    hint: "older backups may be sound: `dbops backup list` shows which are proven; do not delete any now",
  });
}
