import type { TableTotals } from "../../drivers/copy-rows-model.js";

const MEASURES = ["sum", "least", "greatest", "bytes"] as const;

/** What both engines' own sums over a table disagree on, one line each; columns by their places. */
export function totalDifferences(source: TableTotals, target: TableTotals): readonly string[] {
  const rows = source.rows === target.rows ? [] : [`rows: ${source.rows} at the source, ${target.rows} at the target`];
  return [...rows, ...source.columns.flatMap((column, at) => ofColumn(column, target.columns[at]))];
}

type ColumnTotals = TableTotals["columns"][number];

function ofColumn(ours: ColumnTotals, theirs: ColumnTotals | undefined): readonly string[] {
  if (theirs === undefined) return [];
  const line = (what: string, left: string | bigint, right: string | bigint) =>
    `${ours.name}: ${what} ${left} at the source, ${right} at the target`;
  const filled = ours.filled === theirs.filled ? [] : [line("filled", ours.filled, theirs.filled)];
  const others = MEASURES.flatMap((measure) => {
    const [left, right] = [ours[measure], theirs[measure]];
    return left === null || right === null || left === right ? [] : [line(measure, left, right)];
  });
  return [...filled, ...others];
}
