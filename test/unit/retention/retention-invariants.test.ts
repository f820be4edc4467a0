import { expect, test } from "vitest";
import type { KeepPolicy } from "#dbops/lib/config/backup-settings.js";
import type { FailedRun, RetentionCandidate } from "#dbops/lib/retention/candidate.js";
import { planRetention, type RetentionRequest } from "#dbops/lib/retention/plan-retention.js";
import { DAY_MS, generator, NOW, nightly, policy } from "./candidates.js";

const ROUNDS = 2000;
const seeds = Array.from({ length: ROUNDS }, (_, seed) => seed);

test("every backup is kept or dropped, once", () => {
  for (const request of seeds.map(randomRequest)) {
    const plan = planRetention(request);
    const fates = [...plan.kept, ...plan.dropped].map(({ id }) => id);
    expect(fates.sort()).toEqual(request.candidates.map(({ id }) => id).sort());
    expect(plan.kept.every(({ reasons }) => reasons.length > 0)).toBe(true);
  }
});

test("the newest keep-last good backups of every group stay", () => {
  forEveryGroup((group, { request, dropped }) => {
    const good = group.filter(({ state }) => state === "complete");
    for (const one of good.slice(0, Math.max(1, request.policy.last))) expect(dropped).not.toContain(one.id);
  });
});

test("the newest proven backup of every group stays", () => {
  forEveryGroup((group, { dropped }) => {
    const proven = group.find(({ isProven, state }) => isProven && state === "complete");
    if (proven !== undefined) expect(dropped).not.toContain(proven.id);
  });
});

test("what was made last stays", () => {
  forEveryGroup((group, { dropped }) => {
    const good = group.filter(({ state }) => state === "complete");
    const [madeLast] = [...good].sort((a, b) => b.seq - a.seq);
    if (madeLast !== undefined) expect(dropped).not.toContain(madeLast.id);
  });
});

test("planning again on what was kept drops nothing", () => {
  for (const request of seeds.map(randomRequest)) {
    const kept = new Set(planRetention(request).kept.map(({ id }) => id));
    const again = planRetention({ ...request, candidates: request.candidates.filter(({ id }) => kept.has(id)) });
    expect(again.dropped).toEqual([]);
  }
});

test("a policy that keeps more drops nothing that a smaller one keeps", () => {
  for (const [seed, request] of seeds.map(randomRequest).entries()) {
    const larger = { ...request, policy: enlarge(request.policy, generator(seed + 1e6)) };
    const dropped = new Set(planRetention(request).dropped.map(({ id }) => id));
    for (const { id } of planRetention(larger).dropped) expect(dropped).toContain(id);
  }
});

test("the order in which backups are listed changes nothing", () => {
  for (const request of seeds.map(randomRequest)) {
    expect(planRetention({ ...request, candidates: request.candidates.toReversed() })).toEqual(planRetention(request));
  }
});

test("a later clock drops nothing more, unless runs lay in the future", () => {
  for (const request of seeds.map(randomRequest)) {
    if (request.candidates.some(({ takenAt }) => takenAt > request.now)) continue;
    const later = planRetention({ ...request, now: new Date(request.now.getTime() + 10 * 365 * DAY_MS) });
    expect(later).toEqual(planRetention(request));
  }
});

test("a newest run that is in doubt frees nothing that the run before it did not", () => {
  for (const [seed, request] of seeds.map(randomRequest).entries()) {
    const before = new Set(planRetention(request).dropped.map(({ id }) => id));
    const [template] = request.candidates;
    if (template === undefined) continue;
    const doubtful = {
      ...template,
      id: "doubtful",
      takenAt: new Date(NOW.getTime() + DAY_MS),
      seq: 1e6,
      isAccepted: false,
      isPartial: false,
      state: seed % 2 === 0 ? ("complete" as const) : ("sourceDamaged" as const),
    };
    const plan = planRetention({ ...request, candidates: [...request.candidates, doubtful] });
    expect(plan.held).not.toBeNull();
    for (const { id } of plan.dropped) expect(before).toContain(id);
  }
});

test("nightly retention over three years keeps a bounded, gap-free history", () => {
  const rules = policy({ last: 3, daily: 7, weekly: 4, monthly: 12 });
  let store: readonly RetentionCandidate[] = [];
  for (const tonight of nightly("2026-11-20", 1095)) {
    const now = new Date(tonight.takenAt.getTime() + 60_000);
    const plan = planRetention({ candidates: [...store, tonight], failures: [], policy: rules, now });
    const kept = new Set(plan.kept.map(({ id }) => id));
    store = [...store, tonight].filter(({ id }) => kept.has(id));
    expect(plan.held).toBeNull();
  }
  expect(store.length).toBeLessThanOrEqual(7 + 4 + 12);
  expect(new Set(store.map(({ id }) => id.slice(0, 7))).size).toBe(12);
});

test("a thousand backups are planned like ten", () => {
  const plan = planRetention({
    candidates: nightly("2026-11-20", 1000),
    failures: [],
    policy: policy({ last: 3, daily: 7, yearly: 5 }),
    now: NOW,
  });
  expect(plan.kept.map(({ id }) => id)).toEqual([
    ..."20 19 18 17 16 15 14".split(" ").map((day) => `2026-11-${day}`),
    "2025-12-31",
    "2024-12-31",
  ]);
  expect(plan.dropped).toHaveLength(991);
});

interface Seen {
  readonly request: RetentionRequest;
  readonly dropped: readonly string[];
}

/** Every group of every round, newest first. */
function forEveryGroup(check: (group: readonly RetentionCandidate[], seen: Seen) => void): void {
  for (const request of seeds.map(randomRequest)) {
    const dropped = planRetention(request).dropped.map(({ id }) => id);
    for (const identity of ["db 0", "db 1"]) {
      for (const isPartial of [false, true]) {
        const group = request.candidates.filter((one) => one.identity === identity && one.isPartial === isPartial);
        check(
          group.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime() || b.seq - a.seq),
          { request, dropped },
        );
      }
    }
  }
}

function randomRequest(seed: number): RetentionRequest {
  const random = generator(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const spanDays = [3, 40, 1200][pick(3)] ?? 3;
  const candidates = Array.from({ length: pick(40) }, (_, index): RetentionCandidate => {
    const takenAt = new Date(NOW.getTime() - Math.floor(random() * spanDays * DAY_MS) + (random() < 0.02 ? DAY_MS : 0));
    return {
      id: `run ${index}`,
      identity: `db ${pick(2)}`,
      name: "app",
      takenAt: random() < 0.1 ? new Date(Math.floor(takenAt.getTime() / DAY_MS) * DAY_MS) : takenAt,
      seq: index + 1,
      sizeBytes: random() < 0.15 ? pick(1000) : 800 + pick(400),
      isPartial: random() < 0.2,
      state: random() < 0.85 ? "complete" : random() < 0.5 ? "damaged" : "sourceDamaged",
      isProven: random() < 0.2,
      isAccepted: random() < 0.05,
      isAdopted: random() < 0.05,
    };
  });
  const failures = Array.from({ length: pick(3) }, (_, index): FailedRun => {
    const at = new Date(NOW.getTime() - Math.floor(random() * spanDays * DAY_MS));
    const seq = random() < 0.5 ? null : pick(40);
    return { id: `failed ${index}`, identity: `db ${pick(2)}`, name: "app", at, seq, isAccepted: random() < 0.2 };
  });
  return { candidates, failures, policy: randomPolicy(random), now: NOW };
}

function randomPolicy(random: () => number): KeepPolicy {
  const rule = (most: number) => (random() < 0.4 ? 0 : Math.floor(random() * most));
  return {
    last: rule(5),
    daily: rule(8),
    weekly: rule(5),
    monthly: rule(13),
    yearly: rule(4),
    withinMs: random() < 0.3 ? Math.floor(random() * 60 * DAY_MS) : null,
  };
}

function enlarge(small: KeepPolicy, random: () => number): KeepPolicy {
  const more = () => Math.floor(random() * 3);
  return {
    last: small.last + more(),
    daily: small.daily + more(),
    weekly: small.weekly + more(),
    monthly: small.monthly + more(),
    yearly: small.yearly + more(),
    withinMs: small.withinMs === null ? (random() < 0.5 ? null : DAY_MS) : small.withinMs + more() * DAY_MS,
  };
}
