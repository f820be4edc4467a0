import { formatBytes } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, both, measured } from "../judge.js";

export const pagesFree = defineCheck({
  id: "pages.free",
  needs: ["pages", "disk"],
  detects: "that much of the database file is free pages, which only a rebuild gives back to the disk",
  escalates: "when half of the file is free and that is more than a tenth of the disk",
  ignores: "small files, and pages that are half empty: those do not show in the header",
  defaults: {
    share: { unit: "ratio", warn: 0.25, crit: 0.5 },
    bytes: { unit: "By", warn: 64 * 2 ** 20, crit: null },
    ofDisk: { unit: "ratio", warn: null, crit: 0.1 },
  },
  evaluate: (facts, limits) => {
    const { pageBytes, pages, freePages, isCertain } = facts.get("pages");
    const { totalBytes } = facts.get("disk");
    const free = freePages * pageBytes;
    const share = freePages / Math.max(1, pages);
    const ofDisk = free / Math.max(1, totalBytes);
    const certainty = isCertain ? "measured" : "estimated";
    const measures = [
      measured("share", limits.share, { value: share, certainty, max: 1 }),
      measured("bytes", limits.bytes, { value: free, certainty }),
      measured("ofDisk", limits.ofDisk, { value: ofDisk, certainty, max: 1 }),
    ];
    const isLarge = above(free, limits.bytes) === null ? null : (above(ofDisk, limits.ofDisk) ?? "warning");
    const severity = both(above(share, limits.share), isLarge);
    return atMostOne(measures, severity, () => ({
      class: "upkeep",
      title: `${Math.round(share * 100)} % of the file is free pages`,
      evidence: `${formatBytes(free)} of ${formatBytes(pages * pageBytes)} hold nothing; the disk has ${formatBytes(totalBytes)}`,
      why: "New rows will use them, but backups read them and the disk does not get them back by itself.",
      certainty,
      measure: "share",
      remedies: [{ kind: "shrink" }],
    }));
  },
});
