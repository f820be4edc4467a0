import { formatBytes } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, below, both, measured } from "../judge.js";

/** Of a large disk more must be left than a fixed size. */
const LEAST_SHARE = 0.05;

export const diskFree = defineCheck({
  id: "disk.free",
  needs: ["disk"],
  detects: "that the disk under the database fills up",
  escalates: "with the share that is used, once less is free than 20 GiB or 5 %, whichever is more",
  ignores: "full shares of huge disks that have room all the same",
  defaults: {
    used: { unit: "ratio", warn: 0.8, crit: 0.9 },
    free: { unit: "By", warn: 20 * 2 ** 30, crit: 20 * 2 ** 30 },
  },
  evaluate: (facts, { used, free }) => {
    const { folder, totalBytes, freeBytes } = facts.get("disk");
    const share = 1 - freeBytes / Math.max(1, totalBytes);
    const least = (bytes: number | null): number | null =>
      bytes === null ? null : Math.max(bytes, totalBytes * LEAST_SHARE);
    const floor = { unit: free.unit, warn: least(free.warn), crit: least(free.crit) };
    const severity = both(above(share, used), below(freeBytes, floor));
    const object = { kind: "folder", schema: null, name: folder, part: null };
    const measures = [
      measured("used", used, { value: share, max: 1, object }),
      measured("free", floor, { value: freeBytes, max: totalBytes, object }),
    ];
    return atMostOne(measures, severity, () => ({
      class: "capacity",
      object,
      title: `the disk of ${folder} is ${Math.round(share * 100)} % full`,
      evidence: `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free`,
      why: "A database that cannot write stops, and may not even be able to clean up.",
      measure: "used",
    }));
  },
});
