import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

export const backupProof = defineCheck({
  id: "backup.proof",
  needs: ["backups"],
  detects: "that no backup has been restored and compared for long",
  escalates: "with the age of the newest proven backup; where none was ever proven it is a warning",
  ignores: "targets without any backup: backup.age speaks of those",
  defaults: { age: { unit: "s", warn: 8 * 86_400, crit: 35 * 86_400 } },
  evaluate: (facts, { age }) => {
    const { newest, newestProven } = facts.get("backups");
    const seconds = newestProven === null ? null : newestProven.ageMs / 1000;
    const measures = [measured("age", age, { value: seconds })];
    const severity = seconds === null ? (newest === null ? null : "warning") : above(seconds, age);
    return atMostOne(measures, severity, () => ({
      class: "backup",
      title:
        newestProven === null
          ? "no backup was ever proven"
          : `the newest proven backup is ${formatDuration(newestProven.ageMs)} old`,
      evidence: newestProven === null ? `the newest is ${newest?.id ?? ""}` : newestProven.id,
      why: "A backup counts when it was restored and compared; until then it is a hope.",
      measure: "age",
    }));
  },
});
