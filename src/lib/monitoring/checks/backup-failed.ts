import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";

export const backupFailed = defineCheck({
  id: "backup.failed",
  needs: ["backups"],
  detects: "that the newest run of a backup failed",
  escalates: "never: backup.age does, when no other run succeeds in time",
  ignores: "failures after which a backup succeeded",
  defaults: {},
  evaluate: (facts) => {
    const { failure } = facts.get("backups");
    if (failure === null) return { measures: [], findings: [] };
    return atMostOne([], "warning", () => ({
      class: "backup",
      title: `the newest backup run failed ${formatDuration(failure.ageMs)} ago`,
      evidence: failure.message,
      why: "The next run will most likely fail for the same reason.",
    }));
  },
});
