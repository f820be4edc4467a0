import { formatDuration } from "../core/units.js";
import type { CatalogEntry } from "./catalog.js";
import type { DamagedMark, FailedMark } from "./marks.js";

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
  const { manifest, proofs, damaged, missing, misfits } = entry;
  const [proof] = proofs;
  const [misfit] = misfits;
  if (misfit !== undefined && missing.length === misfits.length)
    return { kind: "incomplete", text: misfitText(misfit) };
  if (missing.length > 0) return { kind: "incomplete", text: `incomplete: ${missing.join(", ")}` };
  if (damaged !== null) return { kind: "damaged", text: damagedText(damaged) };
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

function misfitText({ file, bytes, expectedBytes }: CatalogEntry["misfits"][number]): string {
  const place = `damaged at byte ${Math.min(bytes, expectedBytes)}: ${file}`;
  return bytes < expectedBytes ? `${place} ends there, of ${expectedBytes} bytes` : `${place} should end there`;
}

function damagedText({ problem, place }: DamagedMark): string {
  if (place === null) return `damaged: ${problem}`;
  const { of, fromByte, toByte } = place;
  if (of === "content") return `damaged: unreadable after byte ${fromByte} of the content: ${problem}`;
  const upTo = toByte === null ? " or after it" : toByte === fromByte ? "" : ` to ${toByte}`;
  return `damaged at byte ${fromByte}${upTo}: ${problem}`;
}

/** A run that left no backup. */
export function failedState({ message }: FailedMark): BackupState {
  return { kind: "failed", text: `FAILED: ${message}` };
}
