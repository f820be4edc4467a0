import type { OpenTransaction } from "../../../drivers/fact-model.js";
import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

const OBJECT = { kind: "session", schema: null, name: "*", part: null } as const;

export const transactionsIdle = defineCheck({
  id: "transactions.idle",
  needs: ["transactions"],
  detects: "sessions that idle inside a transaction while they hold a lock or keep dead rows from being cleaned up",
  escalates: "with the time that the worst one has idled",
  ignores: "idle transactions that hold nothing, and sessions of dbops itself",
  defaults: { longest: { unit: "s", warn: 300, crit: 1800 } },
  evaluate: (facts, { longest }) => {
    const idle = facts
      .get("transactions")
      .open.filter(({ isIdle, holdsSnapshot, holdsLock }) => isIdle && (holdsSnapshot || holdsLock))
      .toSorted((a, b) => b.stateMs - a.stateMs);
    const [worst] = idle;
    const measures = [measured("longest", longest, { value: (worst?.stateMs ?? 0) / 1000 })];
    const late = idle.filter(({ stateMs }) => above(stateMs / 1000, longest) !== null);
    const severity = worst === undefined ? null : above(worst.stateMs / 1000, longest);
    if (worst === undefined || severity === null) return { measures, findings: [] };
    return atMostOne(measures, severity, () => ({
      class: "availability",
      object: OBJECT,
      title: `a transaction has idled for ${formatDuration(worst.stateMs)}`,
      evidence: late.slice(0, 10).map(described).join("; "),
      why: "Its locks keep others waiting, and no row that died since it began can be cleaned up.",
      count: late.length,
      examples: late.slice(0, 10).map(described),
      measure: "longest",
      remedies: late.slice(0, 3).map(({ pid }) => ({ kind: "endSession", pid })),
    }));
  },
});

function described({ pid, user, database, application, stateMs, holdsLock }: OpenTransaction): string {
  const who = [application, user].filter((word) => word !== null && word !== "").join(" of ");
  const held = holdsLock ? "holds locks" : "holds a snapshot";
  return `pid ${pid} (${who === "" ? "unnamed" : who}${database === null ? "" : ` in ${database}`}): ${formatDuration(stateMs)}, ${held}`;
}
