import type { ResultColumn } from "../view-model.js";

/** Beyond that a value is not joined with others, which would hold it in memory several times over. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** The depth of an expression is limited. */
const TERMS_PER_GROUP = 100;

/**
 * The expression, or SQLITE_TOOBIG for a row with a large value: found by its length, without loading it. A column with
 * a numeric type is not looked at, to save the time.
 */
export function unlessLarge(
  expression: string,
  cells: readonly string[],
  columns: readonly Pick<ResultColumn, "type">[],
): string {
  const terms = cells
    .filter((_, index) => !/INT|REAL|FLOA|DOUB/i.test(columns[index]?.type ?? ""))
    .map((cell) => `octet_length(${cell}) > ${LARGE_BYTES}`);
  if (terms.length === 0) return expression;
  const groups: string[] = [];
  for (let start = 0; start < terms.length; start += TERMS_PER_GROUP) {
    groups.push(`(${terms.slice(start, start + TERMS_PER_GROUP).join(" OR ")})`);
  }
  return `CASE WHEN ${groups.join(" OR ")} THEN zeroblob(3000000000) ELSE ${expression} END`;
}
