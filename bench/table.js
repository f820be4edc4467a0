/**
 * @typedef {object} Row
 * @property {string} what
 * @property {string} ours
 * @property {string} theirs
 * @property {number} ratio
 * @property {number | null} target the highest ratio allowed
 * @property {number | null} goal
 */

const HEAD = ["", "dbops", "measured by", "ratio", "target", "goal", ""];

/** @param {readonly Row[]} rows */
export function renderTable(rows) {
  const lines = rows.map(({ what, ours, theirs, ratio, target, goal }) => [
    what,
    ours,
    theirs,
    Number.isNaN(ratio) ? "-" : ratio.toFixed(2),
    target === null ? "-" : target.toFixed(2),
    goal === null ? "-" : goal.toFixed(2),
    verdict(ratio, target, goal),
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...lines].map((line) => (line[column] ?? "").length)));
  return [HEAD, ...lines]
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd : cell.padStart).call(cell, widths[column] ?? 0)),
    )
    .map((line) => line.join("  ").trimEnd())
    .join("\n");
}

/** @param {number} ms */
export function seconds(ms) {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * @param {number} ratio
 * @param {number | null} target
 * @param {number | null} goal
 */
function verdict(ratio, target, goal) {
  if (target === null) return "";
  if (ratio > target) return "ABOVE TARGET";
  return goal === null || ratio <= goal ? "ok" : "ok, goal not met";
}
