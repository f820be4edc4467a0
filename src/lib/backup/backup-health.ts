import { z } from "zod";
import { DbopsError } from "../core/errors.js";
import { formatDuration } from "../core/units.js";
import { isInFuture } from "../retention/is-in-future.js";
import { backupState } from "./backup-state.js";
import type { CatalogEntry } from "./catalog.js";
import { isNewer } from "./newest-claim.js";
import { isWhole } from "./select-backup.js";
import type { TargetBackups } from "./target-backups.js";

export const healthSchema = z.object({
  target: z.string(),
  status: z.enum(["ok", "warning", "critical"]),
  reason: z.string(),
  newest: z.string().nullable(),
  ageSeconds: z.int().nullable(),
  newestProven: z.string().nullable(),
  provenAgeSeconds: z.int().nullable(),
  lastFailure: z.string().nullable(),
  identity: z.string().nullable(),
  /** Newer than the newest that counts and damaged, or of any age with a manifest that cannot be trusted. */
  passedOver: z.array(z.object({ id: z.string(), problem: z.string() })),
});
export type BackupHealth = z.infer<typeof healthSchema>;

export interface HealthLimits {
  readonly warnMs: number;
  readonly criticalMs: number;
}

export interface HealthFacts {
  readonly backups: TargetBackups;
  readonly limits: HealthLimits;
  readonly now: Date;
}

/**
 * Judges a target by the age of its newest whole backup; partial, damaged and future ones and failures do not count. That
 * the newest of all is not whole is a warning, however young the one before it is.
 */
export function backupHealth({ backups, limits, now }: HealthFacts): BackupHealth {
  const { target, identity, failures, invalid } = backups;
  const known = backups.entries.filter(
    ({ manifest }) => !manifest.isPartial && !isInFuture(new Date(manifest.takenAt), now),
  );
  const whole = known.filter(isWhole);
  const [newest] = whole;
  const newer = newest === undefined ? known : known.slice(0, known.indexOf(newest));
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
    identity,
    passedOver: [
      ...newer.map((entry) => ({ id: entry.manifest.id, problem: backupState(entry, now).text })),
      ...invalid.map(({ id, error, problem }) => ({ id, problem: `${error.message}: ${problem}` })),
    ],
  };
  const isPassingOver = newer.length > 0 || invalid.some((broken) => isNewer(broken, newest));
  return { ...facts, ...judged(ageSeconds, { ...limits, isPassingOver }) };
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
        : `${maxAgeMs.map((ms) => formatDuration(ms)).join(", ")} are no two rising ages`,
    hint: "add --max-age 25h,48h (warning, critical) or backup.maxAge to dbops.yaml",
  });
}

function judged(
  ageSeconds: number | null,
  { warnMs, criticalMs, isPassingOver }: HealthLimits & { readonly isPassingOver: boolean },
): Pick<BackupHealth, "status" | "reason"> {
  if (ageSeconds === null) return { status: "critical", reason: "there is no whole backup" };
  const ageMs = ageSeconds * 1000;
  if (ageMs > criticalMs) return { status: "critical", reason: "the newest whole backup is too old" };
  if (ageMs > warnMs) return { status: "warning", reason: "the newest whole backup is getting old" };
  if (isPassingOver) return { status: "warning", reason: "the newest backup is not whole" };
  return { status: "ok", reason: "the newest whole backup is young enough" };
}

function ageOf({ manifest }: CatalogEntry, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(manifest.takenAt)) / 1000));
}
