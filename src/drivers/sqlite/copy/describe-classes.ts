import { formatCount } from "../../../lib/core/units.js";
import type { ClassCount, ColumnEvidence, StorageClass } from "./column-evidence.js";

const NOUNS: Readonly<Record<StorageClass, string>> = { integer: "integer", real: "real", text: "text", blob: "BLOB" };

/** "999,999 integers, 1 text at rowid 2". */
export function describeClasses({ classes, rows }: Pick<ColumnEvidence, "classes" | "rows">): string {
  if (classes.length === 0) return rows === 0 ? "no rows" : "no values but NULL";
  return classes.map((found, index) => `${numberOf(found)}${index === 0 ? "" : place(found)}`).join(", ");
}

/** "1 text among 999,999 integers, at rowid 2"; the odd ones are those that `isFit` does not take. */
export function describeMisfits(classes: readonly ClassCount[], isFit: (found: StorageClass) => boolean): string {
  const odd = classes.filter((found) => !isFit(found.class));
  const fit = classes.filter((found) => isFit(found.class));
  const among = fit.length === 0 ? "" : ` among ${fit.map(numberOf).join(" and ")}`;
  const [firstRowid = null] = odd.flatMap((found) => found.firstRowid ?? []).toSorted((a, b) => (a < b ? -1 : 1));
  const count = odd.reduce((sum, found) => sum + found.count, 0);
  return `${odd.map(numberOf).join(" and ")}${among}${place({ firstRowid, count }, ", ")}`;
}

function numberOf(found: ClassCount): string {
  return `${formatCount(found.count)} ${NOUNS[found.class]}${found.count === 1 ? "" : "s"}`;
}

function place({ firstRowid, count }: Pick<ClassCount, "firstRowid" | "count">, before = " "): string {
  if (firstRowid === null) return "";
  return `${before}${count === 1 ? "at" : "the first at"} rowid ${firstRowid}`;
}
