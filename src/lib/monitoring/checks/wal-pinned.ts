import { formatCount } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

/** An automatic checkpoint begins at so many frames; more than that is shown as soon as a reader is in its way. */
const SHOWN_FRAMES = 1000;

export const walPinned = defineCheck({
  id: "wal.pinned",
  needs: ["writeAheadLog"],
  detects: "readers whose open snapshot keeps the write-ahead log from being checkpointed, by process",
  escalates: "with the number of frames that wait: ten and a hundred times those of an automatic checkpoint",
  ignores: "logs that nobody reads: their next checkpoint takes all",
  defaults: { waiting: { unit: "count", warn: 10 * SHOWN_FRAMES, crit: 100 * SHOWN_FRAMES } },
  evaluate: (facts, { waiting }) => {
    const { index } = facts.get("writeAheadLog");
    const frames = index === null ? 0 : index.frames - index.checkpointed;
    const measures = [measured("waiting", waiting, { value: frames })];
    const isPinned = index !== null && (index.readers.length > 0 || index.hasUnseenReader);
    const severity = isPinned && frames > SHOWN_FRAMES ? (above(frames, waiting) ?? "info") : null;
    if (index === null || severity === null) return { measures, findings: [] };
    const readers = index.readers.map(({ pid, command }) => `pid ${pid} (${command})`);
    const unseen = index.hasUnseenReader
      ? ["some reader that is not visible from here, unless nobody checkpoints"]
      : [];
    const all = [...readers, ...unseen];
    return atMostOne(measures, severity, () => ({
      class: "availability",
      title: `${all[0] ?? "a reader"} keeps the write-ahead log from being checkpointed`,
      evidence: `${formatCount(frames)} of ${formatCount(index.frames)} frames wait; read by ${all.join(", ")}`,
      why: "While one old snapshot is open, the log only grows: it cannot begin anew before all of it is copied.",
      count: all.length,
      examples: all.slice(0, 10),
      measure: "waiting",
      remedies: index.readers.slice(0, 3).map(({ pid }) => ({ kind: "endProcess", pid })),
    }));
  },
});
