import type { BlockingFact } from "../../../drivers/fact-model.js";
import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

const OBJECT = { kind: "session", schema: null, name: "*", part: null } as const;

export const sessionsBlocked = defineCheck({
  id: "sessions.blocked",
  needs: ["blocking"],
  detects: "sessions that wait for a lock, and the one at the root that lets them wait",
  escalates: "with the time that the longest of them has waited",
  ignores: "waits of seconds: locks are there to be waited for",
  defaults: {
    longest: { unit: "s", warn: 30, crit: 300 },
    count: { unit: "count", warn: null, crit: null },
  },
  evaluate: (facts, { longest, count }) => {
    const fact = facts.get("blocking");
    const [worst] = fact.blocked.toSorted((a, b) => b.waitingMs - a.waitingMs);
    const seconds = (worst?.waitingMs ?? 0) / 1000;
    const measures = [
      measured("longest", longest, { value: seconds }),
      measured("count", count, { value: fact.blocked.length }),
    ];
    return atMostOne(measures, above(seconds, longest) ?? above(fact.blocked.length, count), () => ({
      class: "availability",
      object: OBJECT,
      title: `${fact.blocked.length === 1 ? "a session waits" : `${fact.blocked.length} sessions wait`} for a lock`,
      evidence: `the longest for ${formatDuration(seconds * 1000)}; at the root ${rootsOf(fact)}`,
      why: "Whatever comes next for the same rows or table queues behind them.",
      count: fact.blocked.length,
      examples: fact.blocked.slice(0, 10).map(({ pid, blockers }) => `pid ${pid} waits for ${blockers.join(", ")}`),
      measure: "longest",
      remedies: fact.roots.slice(0, 3).map(({ pid }) => ({ kind: "endSession", pid })),
    }));
  },
});

function rootsOf({ roots }: BlockingFact): string {
  const spelled = roots.map(({ pid, application, isIdle, ageMs }) => {
    const state = isIdle ? "idle in its transaction" : "busy";
    return `pid ${pid} (${application === "" ? "unnamed" : application}), ${state}, begun ${formatDuration(ageMs)} ago`;
  });
  return spelled.length === 0 ? "each other" : spelled.join("; ");
}
