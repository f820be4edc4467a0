import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import { isProven, type TableProof } from "./prove-tables.js";
import type { RowDifference } from "./row-differences.js";

const NAMED = 10;

/** COPY.MISMATCH that names tables, keys and columns; null when all is proven. */
export function mismatchError(proofs: readonly TableProof[]): DbopsError | null {
  const unequal = proofs.filter((proof) => !isProven(proof));
  if (unequal.length === 0) return null;
  return new DbopsError("COPY.MISMATCH", {
    message: `${formatNumberOf("table", unequal.length)} of the copy ${unequal.length === 1 ? "is" : "are"} not what the source holds; nothing was made visible`,
    why: unequal.map(lineOf).join("; "),
    hint: hintOf(unequal),
  });
}

function hintOf(unequal: readonly TableProof[]): string {
  const isAdded = unequal.some(({ table }) => table.before !== null);
  return isAdded
    ? "a trigger or a default of the target changes what is loaded: try --disable-triggers"
    : "the source is untouched; this should never happen: please report it with the line above";
}

function lineOf({ table, differences, totals }: TableProof): string {
  const name = qualifiedName(table.planned.source.name);
  const sums = totals.length === 0 ? [] : [`the engines' own sums differ (${totals.join(", ")})`];
  if (differences === null) return `${name}: ${["its rows differ", ...sums].join("; ")}`;
  const rows = differences.length === 0 ? [] : [rowsLine(differences)];
  return `${name}: ${[...rows, ...sums].join("; ")}`;
}

function rowsLine(differences: readonly RowDifference[]): string {
  const named = differences.slice(0, NAMED).map(wordsOf).join(", ");
  const more = differences.length > NAMED ? ", …" : "";
  return `${formatNumberOf("row", differences.length)} (${named}${more})`;
}

function wordsOf({ key, columns, kind }: RowDifference): string {
  return kind === "differs" ? `key ${key}: ${columns.join(" and ")}` : `key ${key} is ${kind}`;
}
