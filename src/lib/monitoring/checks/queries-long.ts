import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

const OBJECT = { kind: "session", schema: null, name: "*", part: null } as const;
/** Backups read everything, which takes its time. */
const BACKUPS = ["pg_dump", "pg_dumpall", "pg_basebackup"];

export const queriesLong = defineCheck({
  id: "queries.long",
  needs: ["transactions"],
  detects: "statements that have been running for long",
  escalates: "with the time of the longest",
  ignores: "backups, replication, autovacuum and dbops itself",
  defaults: { longest: { unit: "s", warn: 300, crit: 1800 } },
  evaluate: (facts, { longest }) => {
    const running = facts
      .get("transactions")
      .open.filter(({ isIdle, application }) => !isIdle && !BACKUPS.includes(application))
      .toSorted((a, b) => b.stateMs - a.stateMs);
    const late = running.filter(({ stateMs }) => above(stateMs / 1000, longest) !== null);
    const seconds = (running[0]?.stateMs ?? 0) / 1000;
    return atMostOne([measured("longest", longest, { value: seconds })], above(seconds, longest), () => ({
      class: "availability",
      object: OBJECT,
      title: `a statement has been running for ${formatDuration(seconds * 1000)}`,
      evidence: late
        .slice(0, 10)
        .map(({ pid, user, stateMs }) => `pid ${pid} of ${user ?? "unknown"}: ${formatDuration(stateMs)}`)
        .join("; "),
      why: "It keeps its snapshot: no row that died since it began can be cleaned up.",
      count: late.length,
      measure: "longest",
      remedies: late.slice(0, 3).map(({ pid }) => ({ kind: "endSession", pid })),
    }));
  },
});
