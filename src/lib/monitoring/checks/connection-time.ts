import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

export const connectionTime = defineCheck({
  id: "connection.time",
  needs: ["probe"],
  detects: "that connecting and one trivial question take long, as dbops itself sees it",
  escalates: "to critical when five times the time for a warning has passed",
  ignores: "what the application's own connections see: pools hide the time that connecting takes",
  defaults: { time: { unit: "s", warn: 1, crit: 5 } },
  evaluate: (facts, { time }) => {
    const { connectMs, answerMs } = facts.get("probe");
    const seconds = (connectMs + answerMs) / 1000;
    const severity = above(seconds, time);
    const measures = [measured("time", time, { value: seconds })];
    return atMostOne(measures, severity, () => ({
      class: "availability",
      title: `the database answers after ${formatDuration(connectMs + answerMs)}`,
      evidence: `connecting took ${formatDuration(connectMs)}, the question ${formatDuration(answerMs)}`,
      why: "Whatever makes dbops wait makes the application wait: a busy machine, a slow disk, a slow network.",
      measure: "time",
    }));
  },
});
