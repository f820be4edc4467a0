import { z } from "zod";
import { DbopsError } from "../core/errors.js";
import { isInFuture } from "../retention/is-in-future.js";
import type { CatalogEntry } from "./catalog.js";
import type { FailedMark } from "./marks.js";
import { isWhole } from "./select-backup.js";

export const healthSchema = z.object({
  target: z.string(),
  status: z.enum(["ok", "warning", "critical"]),
  reason: z.string(),
  newest: z.string().nullable(),
  ageSeconds: z.int().nullable(),
  newestProven: z.string().nullable(),
  provenAgeSeconds: z.int().nullable(),
  lastFailure: z.string().nullable(),
});
export type BackupHealth = z.infer<typeof healthSchema>;

export interface HealthLimits {
  readonly warnMs: number;
  readonly criticalMs: number;
}

export interface HealthFacts {
  readonly target: string;
  /** Of this target, newest first. */
  readonly entries: readonly CatalogEntry[];
  readonly failures: readonly FailedMark[];
  readonly limits: HealthLimits;
  readonly now: Date;
}

/** Judges a target by the age of its newest whole backup; partial, damaged and future ones and failures do not count. */
export function backupHealth({ target, entries, failures, limits, now }: HealthFacts): BackupHealth {
  const whole = entries.filter((entry) => isWhole(entry) && !isInFuture(new Date(entry.manifest.takenAt), now));
  const [newest] = whole;
  const proven = whole.find(({ proofs }) => proofs.length > 0);
  const [failure] = failures;
  const ageSeconds = newest === undefined ? null : ageOf(newest, now);
  const facts = {
    target,
    newest: newest?.manifest.id ?? null,
    ageSeconds,
    newestProven: proven?.manifest.id ?? null,
    provenAgeSeconds: proven === undefined ? null : ageOf(proven, now),
    lastFailure: failure === undefined ? null : `${failure.at}: ${failure.message}`,
  };
  return { ...facts, ...judged(ageSeconds, limits) };
}

/** One limit is critical; two are warning and critical. USAGE.INVALID when there are none or they fall. */
export function healthLimits(maxAgeMs: readonly number[]): HealthLimits {
  const [first, second, ...others] = maxAgeMs;
  if (first !== undefined && others.length === 0 && (second === undefined || second >= first)) {
    return { warnMs: first, criticalMs: second ?? first };
  }
  throw new DbopsError("USAGE.INVALID", {
    message:
      first === undefined
        ? "the age to complain about is not given"
        : `"${maxAgeMs.join(", ")} ms" are no two rising ages`,
    hint: "add --max-age 25h,48h (warning, critical) or backup.maxAge to dbops.yaml",
  });
}

function judged(
  ageSeconds: number | null,
  { warnMs, criticalMs }: HealthLimits,
): Pick<BackupHealth, "status" | "reason"> {
  if (ageSeconds === null) return { status: "critical", reason: "there is no whole backup" };
  const ageMs = ageSeconds * 1000;
  if (ageMs > criticalMs) return { status: "critical", reason: "the newest whole backup is too old" };
  if (ageMs > warnMs) return { status: "warning", reason: "the newest whole backup is getting old" };
  return { status: "ok", reason: "the newest whole backup is young enough" };
}

function ageOf({ manifest }: CatalogEntry, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(manifest.takenAt)) / 1000));
}
