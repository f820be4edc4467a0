import { formatDuration } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

export const backupAge = defineCheck({
  id: "backup.age",
  needs: ["backups"],
  detects: "that the newest whole backup is old, or that there is none",
  escalates: "with its age; no backup at all is critical",
  ignores: "partial, damaged and future backups: they do not count",
  defaults: { age: { unit: "s", warn: 25 * 3600, crit: 48 * 3600 } },
  evaluate: (facts, { age }) => {
    const { newest, passedOver } = facts.get("backups");
    const seconds = newest === null ? null : newest.ageMs / 1000;
    const measures = [measured("age", age, { value: seconds })];
    const severity = seconds === null ? "critical" : above(seconds, age);
    const skipped = passedOver.length === 0 ? "" : `; ${passedOver.length} newer ones do not count`;
    return atMostOne(measures, severity, () => ({
      class: "backup",
      title: newest === null ? "there is no whole backup" : `the newest backup is ${formatDuration(newest.ageMs)} old`,
      evidence: (newest === null ? "the store holds none that counts" : newest.id) + skipped,
      why: "Whatever was written since then would be lost.",
      examples: passedOver.slice(0, 10),
      measure: "age",
    }));
  },
});
