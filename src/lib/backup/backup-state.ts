import { formatDuration } from "../core/units.js";
import type { CatalogEntry } from "./catalog.js";
import type { FailedMark } from "./marks.js";

/** What a backup is worth, best first; `list` shows it with its facts. */
export const STATE_KINDS = [
  "proven",
  "read",
  "stored",
  "unverified",
  "partial",
  "sourceDamaged",
  "incomplete",
  "damaged",
  "failed",
] as const;
export type StateKind = (typeof STATE_KINDS)[number];

export interface BackupState {
  readonly kind: StateKind;
  /** As `list` shows it: `proven 3 min ago, 41 s`. */
  readonly text: string;
}

/** Joins the manifest with what became known later; the worst fact wins. */
export function backupState(entry: CatalogEntry, now: Date): BackupState {
  const { manifest, proofs, damaged, missing } = entry;
  const [proof] = proofs;
  if (missing.length > 0) return { kind: "incomplete", text: `incomplete: ${missing.join(", ")}` };
  if (damaged !== null) return { kind: "damaged", text: `damaged: ${damaged.problem}` };
  if (manifest.condition.state === "damaged") return { kind: "sourceDamaged", text: "source damaged" };
  if (manifest.isPartial) return { kind: "partial", text: "partial" };
  if (proof !== undefined) {
    const age = formatDuration(now.getTime() - Date.parse(proof.at));
    return { kind: "proven", text: `proven ${age} ago, ${formatDuration(proof.durationMs)}` };
  }
  if (manifest.verified === "none") return { kind: "unverified", text: "not verified" };
  const isUnread = manifest.verified === "stored" && manifest.encryption !== null;
  if (manifest.verified === "stored")
    return { kind: "stored", text: isUnread ? "stored; unproven: no key here" : "stored" };
  return { kind: "read", text: "read" };
}

/** A run that left no backup. */
export function failedState({ message }: FailedMark): BackupState {
  return { kind: "failed", text: `FAILED: ${message}` };
}
