import type { KeepPolicy } from "#dbops/lib/config/backup-settings.js";
import type { FailedRun, RetentionCandidate } from "#dbops/lib/retention/candidate.js";

export const NOW = new Date("2026-11-20T12:00:00Z");
export const DAY_MS = 86_400_000;

export function policy(rules: Partial<KeepPolicy>): KeepPolicy {
  return { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, withinMs: null, ...rules };
}

/** A complete, unproven backup; the id is its instant, so that expectations are readable. */
export function run(takenAt: string, facts: Partial<RetentionCandidate> = {}): RetentionCandidate {
  const at = new Date(takenAt.includes("T") ? `${takenAt}Z` : `${takenAt}T02:00:00Z`);
  return {
    id: takenAt,
    identity: "sqlite:/srv/app.db",
    name: "app",
    takenAt: at,
    seq: Math.round(at.getTime() / 1000) - 1_500_000_000,
    sizeBytes: 1000,
    isPartial: false,
    state: "complete",
    isProven: false,
    isAccepted: false,
    isAdopted: false,
    ...facts,
  };
}

export function failed(at: string, facts: Partial<FailedRun> = {}): FailedRun {
  return {
    id: `failed ${at}`,
    identity: "sqlite:/srv/app.db",
    name: "app",
    at: new Date(`${at}Z`),
    seq: null,
    isAccepted: false,
    ...facts,
  };
}

/** One backup a day at 02:00 UTC, `count` of them, the last one on `lastDay`. */
export function nightly(lastDay: string, count: number): RetentionCandidate[] {
  const last = Date.parse(`${lastDay}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) =>
    run(new Date(last - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10)),
  );
}

/** A small reproducible generator (mulberry32): numbers in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
