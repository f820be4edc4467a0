import { decimalValue } from "./decimal-value.js";

/** Rows of a query; cells as canonical texts. */
export type Answer = readonly (readonly (string | null)[])[];

/** What two answers differ in first; rows count in their order only when `isOrdered`. null when they are equal. */
export function answerDifference(source: Answer, target: Answer, isOrdered: boolean): string | null {
  if (source.length !== target.length) return `rows: ${source.length} at the source, ${target.length} at the copy`;
  const [ours, theirs] = isOrdered ? [source.map(line), target.map(line)] : [sorted(source), sorted(target)];
  const at = ours.findIndex((row, index) => row !== theirs[index]);
  if (at === -1) return null;
  return `row ${at + 1} is ${ours[at] ?? ""} at the source, ${theirs[at] ?? ""} at the copy`;
}

function sorted(answer: Answer): readonly string[] {
  return answer.map(line).sort();
}

function line(row: readonly (string | null)[]): string {
  return JSON.stringify(row.map((cell) => (cell === null ? null : cellText(cell))));
}

/** Such digits are no number but a text, as of a telephone. */
const LEADING_ZERO = /^[+-]?0\d/;

/** True is 1 where there are no booleans, and numbers are equal by value. */
function cellText(cell: string): string {
  if (cell === "t") return "1e0";
  if (cell === "f") return "0";
  return LEADING_ZERO.test(cell) ? cell : decimalValue(cell);
}
