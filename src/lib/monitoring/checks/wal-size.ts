import { formatBytes } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, both, measured } from "../judge.js";

export const walSize = defineCheck({
  id: "wal.size",
  needs: ["writeAheadLog"],
  detects: "a write-ahead log that has outgrown both a fixed size and its share of the database",
  escalates: "when it is larger than the database and than the critical size",
  ignores: "large logs of large databases: both limits must be exceeded",
  defaults: {
    bytes: { unit: "By", warn: 64 * 2 ** 20, crit: 512 * 2 ** 20 },
    share: { unit: "ratio", warn: 0.25, crit: 1 },
  },
  evaluate: (facts, limits) => {
    const { bytes, databaseBytes, index } = facts.get("writeAheadLog");
    const share = bytes / Math.max(1, databaseBytes);
    const severity = both(above(bytes, limits.bytes), above(share, limits.share));
    const measures = [
      measured("bytes", limits.bytes, { value: bytes }),
      measured("share", limits.share, { value: share }),
    ];
    const pending =
      index === null ? "nobody has it open" : `${index.frames - index.checkpointed} frames wait for a checkpoint`;
    return atMostOne(measures, severity, () => ({
      class: "capacity",
      title: `the write-ahead log has ${formatBytes(bytes)}`,
      evidence: `${formatBytes(bytes)} beside a database of ${formatBytes(databaseBytes)}; ${pending}`,
      why: "A log that no checkpoint resets grows until the disk is full, and every read has to search it.",
      measure: "bytes",
      remedies: [{ kind: "checkpoint" }],
    }));
  },
});
