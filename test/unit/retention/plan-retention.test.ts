import { describe, expect, test } from "vitest";
import type { RetentionCandidate } from "#dbops/lib/retention/candidate.js";
import { keptAs } from "#dbops/lib/retention/kept-as.js";
import { planRetention, type RetentionRequest } from "#dbops/lib/retention/plan-retention.js";
import { DAY_MS, failed, NOW, nightly, policy, run } from "./candidates.js";

describe("rules", () => {
  test("keeps the last ones, and says which", () => {
    const plan = planFor(nightly("2026-11-20", 5), { policy: policy({ last: 3 }) });
    expect(plan.kept).toEqual([
      { id: "2026-11-20", reasons: ["last 1 of 3"] },
      { id: "2026-11-19", reasons: ["last 2 of 3"] },
      { id: "2026-11-18", reasons: ["last 3 of 3"] },
    ]);
    expect(plan.dropped).toEqual([
      { id: "2026-11-17", reason: "not in last 3" },
      { id: "2026-11-16", reason: "not in last 3" },
    ]);
    expect(plan.held).toBeNull();
  });

  test("keeps the newest backup of each slot with every reason that holds", () => {
    const runs = [run("2026-11-20T01:00:00"), run("2026-11-20T09:00:00"), run("2026-11-19T23:59:59")];
    const plan = planFor(runs, { policy: policy({ last: 1, daily: 2, weekly: 1, monthly: 1, yearly: 1 }) });
    expect(plan.kept).toEqual([
      {
        id: "2026-11-20T09:00:00",
        reasons: ["last 1 of 1", "daily 2026-11-20", "weekly 2026-W47", "monthly 2026-11", "yearly 2026"],
      },
      { id: "2026-11-19T23:59:59", reasons: ["daily 2026-11-19"] },
    ]);
    expect(plan.dropped).toEqual([
      { id: "2026-11-20T01:00:00", reason: "not in last 1, daily 2, weekly 1, monthly 1, yearly 1" },
    ]);
  });

  test("the default policy over two years of nights", () => {
    const plan = planFor(nightly("2026-11-20", 730), { policy: policy({ last: 3, daily: 7, weekly: 4, monthly: 12 }) });
    expect(ids(plan.kept)).toEqual([
      ..."20 19 18 17 16 15 14 08 01".split(" ").map((day) => `2026-11-${day}`),
      "2026-10-31",
      "2026-09-30",
      "2026-08-31",
      "2026-07-31",
      "2026-06-30",
      "2026-05-31",
      "2026-04-30",
      "2026-03-31",
      "2026-02-28",
      "2026-01-31",
      "2025-12-31",
    ]);
    expect(plan.dropped).toHaveLength(710);
  });

  test("slots without a backup are not counted: a pause expires nothing", () => {
    const runs = [run("2026-03-01"), run("2026-02-01"), run("2025-06-01")];
    expect(ids(planFor(runs, { policy: policy({ last: 1, daily: 3 }) }).dropped)).toEqual([]);
  });

  test("`within` counts back from the newest backup: a pause expires nothing", () => {
    const runs = nightly("2026-01-31", 40);
    const plan = planFor(runs, { policy: policy({ last: 1, withinMs: 30 * DAY_MS }) });
    expect(plan.kept).toHaveLength(31);
    expect(plan.kept.at(-1)).toEqual({ id: "2026-01-01", reasons: ["within 30 d"] });
  });

  test("the turn of the year in ISO weeks", () => {
    const runs = [run("2026-12-31"), run("2027-01-03"), run("2027-01-04"), run("2027-01-10")];
    const plan = planFor(runs, { policy: policy({ last: 1, weekly: 2 }), now: new Date("2027-01-10T03:00:00Z") });
    expect(keptAs(plan, "2027-01-10")).toBe("last 1 of 1, weekly 2027-W01");
    expect(keptAs(plan, "2027-01-03")).toBe("weekly 2026-W53");
    expect(ids(plan.dropped)).toEqual(["2027-01-04", "2026-12-31"]);
  });

  test("the hour that summer time takes or gives moves no backup to another day", () => {
    const runs = [run("2026-03-28T23:30:00"), run("2026-03-29T00:30:00"), run("2026-03-29T01:30:00")];
    const plan = planFor(runs, { policy: policy({ last: 1, daily: 2 }) });
    expect(keptAs(plan, "2026-03-29T01:30:00")).toBe("last 1 of 1, daily 2026-03-29");
    expect(keptAs(plan, "2026-03-28T23:30:00")).toBe("daily 2026-03-28");
    expect(keptAs(plan, "2026-03-29T00:30:00")).toBeNull();
  });

  test("an empty policy still keeps the newest", () => {
    const plan = planFor(nightly("2026-11-20", 3), { policy: policy({}) });
    expect(plan.kept).toEqual([{ id: "2026-11-20", reasons: ["newest"] }]);
    expect(plan.dropped[0]).toEqual({ id: "2026-11-19", reason: "not in the newest only" });
  });

  test("nothing in, nothing out", () => {
    expect(planFor([], {})).toEqual({ kept: [], dropped: [], held: null, acceptIds: [] });
  });
});

describe("the newest proven backup", () => {
  test("stays, however old it is", () => {
    const runs = nightly("2026-11-20", 10).map((one) =>
      ["2026-11-12", "2026-11-11"].includes(one.id) ? { ...one, isProven: true } : one,
    );
    const plan = planFor(runs, { policy: policy({ last: 2 }) });
    expect(keptAs(plan, "2026-11-12")).toBe("newest proven");
    expect(ids(plan.kept)).toEqual(["2026-11-20", "2026-11-19", "2026-11-12"]);
  });

  test("a proof of a backup that was damaged since does not count", () => {
    const runs = [
      run("2026-11-17", { isProven: true }),
      run("2026-11-18", { isProven: true, state: "damaged" }),
      run("2026-11-19"),
      run("2026-11-20"),
    ];
    expect(keptAs(planFor(runs, { policy: policy({ last: 1 }) }), "2026-11-17")).toBe("newest proven");
  });
});

describe("order", () => {
  test("is that of time, not of ids or names", () => {
    const runs = [run("2026-11-20", { id: "a" }), run("2026-11-19", { id: "z" }), run("2026-11-18", { id: "m" })];
    expect(ids(planFor(runs, { policy: policy({ last: 2 }) }).kept)).toEqual(["a", "z"]);
  });

  test("of the same instant is that of seq", () => {
    const runs = [run("2026-11-20", { id: "b", seq: 7 }), run("2026-11-20", { id: "a", seq: 8 })];
    expect(ids(planFor(runs, { policy: policy({ last: 1 }) }).kept)).toEqual(["a"]);
  });

  test("a clock set back hides nothing: what was made last stays", () => {
    const runs = [...nightly("2026-11-20", 5).map((one, index) => ({ ...one, seq: index + 1 }))];
    const madeLast = run("2026-11-17T08:00:00", { seq: 6 });
    const plan = planFor([...runs, madeLast], { policy: policy({ last: 2 }) });
    expect(keptAs(plan, madeLast.id)).toBe("made last");
    expect(keptAs(plan, "2026-11-20")).toBe("last 1 of 2");
    expect(keptAs(plan, "2026-11-19")).toBe("last 2 of 2");
  });

  test("a clock set back makes the older runs lie in the future: nothing goes that was not free to go before", () => {
    const runs = nightly("2026-11-20", 5).map((one, index) => ({ ...one, seq: index + 1 }));
    const now = new Date("2026-11-18T08:00:00Z");
    const plan = planFor([...runs, run("2026-11-18T07:59:00", { seq: 6 })], { policy: policy({ last: 2 }), now });
    expect(plan.held).toBe("the newest run is in doubt (2026-11-20: lies in the future)");
    expect(ids(plan.kept)).toEqual(["2026-11-20", "2026-11-19", "2026-11-18T07:59:00", "2026-11-18"]);
  });
});

describe("groups", () => {
  test("several databases of one name are planned apart, in any order of input", () => {
    const ours = nightly("2026-11-20", 3);
    const theirs = nightly("2026-11-10", 3).map((one) => ({ ...one, id: `their ${one.id}`, identity: "pg:1/app" }));
    const plan = planFor([...theirs, ...ours].reverse(), { policy: policy({ last: 2 }) });
    expect(ids(plan.dropped).sort()).toEqual(["2026-11-18", "their 2026-11-08"]);
  });

  test("backups that were given another name are kept apart", () => {
    const named = run("2026-11-01", { id: "before the upgrade", name: "app-upgrade" });
    const plan = planFor([named, ...nightly("2026-11-20", 3)], { policy: policy({ last: 1 }) });
    expect(keptAs(plan, named.id)).toBe("last 1 of 1");
  });

  test("partial backups count for themselves alone, and their sizes are not compared", () => {
    const partial = nightly("2026-11-20", 4).map((one, index) => ({
      ...one,
      id: `partial ${one.id}`,
      isPartial: true,
      sizeBytes: index === 3 ? 1 : 1000,
    }));
    const plan = planFor([...partial, ...nightly("2026-11-10", 3)], { policy: policy({ last: 2 }) });
    expect(ids(plan.kept)).toEqual(["2026-11-10", "2026-11-09", "partial 2026-11-20", "partial 2026-11-19"]);
    expect(plan.held).toBeNull();
  });

  test("one database in doubt does not hold the others back", () => {
    const theirs = nightly("2026-11-20", 3).map((one, index) => ({
      ...one,
      id: `their ${one.id}`,
      identity: "pg:1/app",
      sizeBytes: index === 2 ? 10 : 1000,
    }));
    const plan = planFor([...theirs, ...nightly("2026-11-20", 3)], { policy: policy({ last: 1 }) });
    expect(ids(plan.dropped)).toEqual(expect.arrayContaining(["2026-11-19", "2026-11-18", "their 2026-11-18"]));
    expect(plan.dropped).toHaveLength(3);
    expect(plan.held).toContain("their 2026-11-20");
  });
});

describe("a newest run in doubt", () => {
  const good = nightly("2026-11-18", 5);
  const last2 = { policy: policy({ last: 2 }) };
  const allowedBefore = ["2026-11-16", "2026-11-15", "2026-11-14"];

  test("that failed: what the last good run's plan allowed may go, nothing more", () => {
    const plan = planFor(good, { ...last2, failures: [failed("2026-11-19T02:00:00")] });
    expect(plan.held).toBe("the newest run failed (failed 2026-11-19T02:00:00)");
    expect(plan.acceptIds).toEqual(["failed 2026-11-19T02:00:00"]);
    expect(ids(plan.dropped)).toEqual(allowedBefore);
  });

  test("that failed long ago: time alone expires nothing", () => {
    const within = { policy: policy({ last: 1, withinMs: 3 * DAY_MS }), failures: [failed("2026-11-19T02:00:00")] };
    const soon = planFor(good, { ...within, now: new Date("2026-11-19T03:00:00Z") });
    const later = planFor(good, { ...within, now: new Date("2027-11-19T03:00:00Z") });
    expect(later).toEqual(soon);
    expect(ids(soon.dropped)).toEqual(["2026-11-14"]);
  });

  test("a failure before the newest backup, of another database or accepted holds nothing", () => {
    const failures = [
      failed("2026-11-17T12:00:00"),
      failed("2026-11-19T02:00:00", { identity: "pg:1/app" }),
      failed("2026-11-19T02:00:00", { isAccepted: true }),
    ];
    expect(planFor(good, { ...last2, failures }).held).toBeNull();
  });

  test("that failed is found by its place among the runs, whatever the clocks said; an adopted file is no run", () => {
    const last = good.at(-1)?.seq ?? 0;
    const heldBy = (seq: number, more: readonly RetentionCandidate[] = []) =>
      planFor([...good, ...more], { ...last2, failures: [failed("2026-11-01T00:00:00", { seq })] }).held;
    expect(heldBy(last + 1)).toBe("the newest run failed (failed 2026-11-01T00:00:00)");
    expect(heldBy(last)).not.toBeNull();
    expect(heldBy(last - 1)).toBeNull();
    expect(heldBy(last + 1, [run("2026-11-10", { seq: last + 2 })])).toBeNull();
    expect(heldBy(last + 1, [run("2026-11-10", { seq: last + 2, isAdopted: true })])).not.toBeNull();
  });

  test("that shrank by more than half, night after night, until one is accepted", () => {
    const shrunk = ["2026-11-19", "2026-11-20"].map((day) => run(day, { sizeBytes: 499 }));
    const held = planFor([...good, ...shrunk], last2);
    expect(held.held).toBe("the newest run is in doubt (2026-11-20: shrank to less than half of 2026-11-18)");
    expect(held.acceptIds).toEqual(["2026-11-20"]);
    expect(ids(held.dropped)).toEqual(allowedBefore);
    expect(keptAs(held, "2026-11-19")).toBe("shrank to less than half of 2026-11-18");

    const accepted = shrunk.map((one) => ({ ...one, isAccepted: one.id === "2026-11-19" }));
    const free = planFor([...good, ...accepted], last2);
    expect(free.held).toBeNull();
    expect(ids(free.kept)).toEqual(["2026-11-20", "2026-11-19"]);
  });

  test("half is not more than half", () => {
    expect(planFor([...good, run("2026-11-19", { sizeBytes: 500 })], last2).held).toBeNull();
  });

  test("that is followed by one of the old size: all is well again", () => {
    const plan = planFor([...good, run("2026-11-19", { sizeBytes: 10 }), run("2026-11-20")], last2);
    expect(plan.held).toBeNull();
    expect(ids(plan.kept)).toEqual(["2026-11-20", "2026-11-19"]);
  });

  test("accepting a smaller one stays in force while an older, larger one is kept", () => {
    const runs = [
      run("2026-08-31", { isProven: true }),
      run("2026-11-16", { sizeBytes: 100, isAccepted: true }),
      ...["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"].map((day) => run(day, { sizeBytes: 110 })),
    ];
    const plan = planFor(runs, last2);
    expect(keptAs(plan, "2026-11-16")).toBe("accepted");
    const again = planFor(
      runs.filter(({ id }) => keptAs(plan, id) !== null),
      last2,
    );
    expect(again.held).toBeNull();
    expect(again.dropped).toEqual([]);
  });

  test("an accepted one with nothing older beside it is one like all others", () => {
    const runs = nightly("2026-11-20", 5).map((one, index) => ({ ...one, isAccepted: index === 1 }));
    expect(ids(planFor(runs, last2).kept)).toEqual(["2026-11-20", "2026-11-19"]);
  });

  test("that lies in the future; a clock a little ahead does not count", () => {
    const plan = planFor([...good, run("2027-01-01")], last2);
    expect(plan.held).toBe("the newest run is in doubt (2027-01-01: lies in the future)");
    expect(ids(plan.dropped)).toEqual(allowedBefore);
    expect(planFor([...good, run("2026-11-20T12:04:59")], last2).held).toBeNull();
    expect(planFor([...good, run("2026-11-20T12:05:01")], last2).held).not.toBeNull();
    expect(planFor([...good, run("2027-01-01", { isAccepted: true })], last2).held).toBeNull();
  });

  test.each(["sourceDamaged", "damaged"] as const)("that is %s", (state) => {
    const plan = planFor([...good, run("2026-11-19", { state })], last2);
    expect(plan.held).toContain("2026-11-19");
    expect(ids(plan.kept)).toEqual(["2026-11-19", "2026-11-18", "2026-11-17"]);
    expect(ids(plan.dropped)).toEqual(allowedBefore);
  });

  test("the only one, damaged: kept", () => {
    const plan = planFor([run("2026-11-19", { state: "damaged" })], last2);
    expect(plan.kept).toEqual([{ id: "2026-11-19", reasons: ["damaged"] }]);
  });
});

describe("backups that do not count", () => {
  const damaged = run("2026-11-15", { state: "sourceDamaged" });
  const last2 = { policy: policy({ last: 2, daily: 10 }) };

  test("fill no rule and stay while nothing newer is proven", () => {
    const plan = planFor([damaged, ...nightly("2026-11-20", 5)], last2);
    expect(keptAs(plan, damaged.id)).toBe("not counted: source damaged");
    expect(keptAs(plan, "2026-11-20")).toContain("last 1 of 2");
  });

  test("go once keep-last newer good ones exist and one of them is proven", () => {
    const proven = [run("2026-11-16", { isProven: true }), run("2026-11-17")];
    expect(planFor([damaged, ...proven], last2).dropped).toEqual([
      { id: damaged.id, reason: "source damaged, newer ones are good" },
    ]);
    expect(planFor([damaged, ...proven.slice(0, 1)], last2).dropped).toEqual([]);
    const provenBefore = [run("2026-11-14", { isProven: true }), run("2026-11-16"), run("2026-11-17")];
    expect(planFor([damaged, ...provenBefore], last2).dropped).toEqual([]);
  });

  test("partial ones need no proof, for they cannot have one", () => {
    const runs = [damaged, run("2026-11-16"), run("2026-11-17")].map((one) => ({ ...one, isPartial: true }));
    expect(ids(planFor(runs, last2).dropped)).toEqual([damaged.id]);
  });
});

function planFor(candidates: readonly RetentionCandidate[], request: Partial<RetentionRequest>) {
  return planRetention({ failures: [], policy: policy({ last: 3 }), now: NOW, ...request, candidates });
}

function ids(fates: readonly { readonly id: string }[]): string[] {
  return fates.map(({ id }) => id);
}
