import type { Fingerprint, TableFingerprint } from "../../drivers/fingerprint-model.js";
import { DbopsError } from "../core/errors.js";

/** How one table of a copy compares: null when there was nothing to compare by. */
export interface TableComparison {
  readonly kind: TableFingerprint["kind"];
  readonly schema: string | null;
  readonly name: string;
  readonly rows: number | null;
  readonly matches: boolean | null;
  /** Compared by what its rows hold, not by their number alone. */
  readonly isHashed: boolean;
  readonly problem: string | null;
}

/** How a copy compares. */
export interface Comparison {
  readonly tables: readonly TableComparison[];
  /** Whether columns, indexes, constraints, triggers, views and the like are those of the backup; null when it does not say. */
  readonly isStructureEqual: boolean | null;
}

/** Compares table by table and the structure; never what `expected` does not speak of. */
export function compareFingerprints(expected: Fingerprint, found: Fingerprint): Comparison {
  const isComparable = expected.schemaAlgorithm !== null && expected.schemaAlgorithm === found.schemaAlgorithm;
  return {
    tables: compareTables(expected, found),
    isStructureEqual: isComparable ? expected.schemaHash === found.schemaHash : null,
  };
}

/** BACKUP.FINGERPRINT_MISMATCH naming what differs. */
export function requireEqual(comparison: Comparison, copy: string): void {
  const error = differenceError(comparison, copy);
  if (error !== null) throw error;
}

/** BACKUP.FINGERPRINT_MISMATCH naming the first tables that differ, or the structure; null when nothing does. */
export function differenceError({ tables, isStructureEqual }: Comparison, copy: string): DbopsError | null {
  const different = tables.filter(({ matches }) => matches === false);
  const hasOtherStructure = isStructureEqual === false;
  if (different.length === 0 && !hasOtherStructure) return null;
  const named = different
    .slice(0, 5)
    .map(({ schema, name, problem }) => `${schema === null ? "" : `${schema}.`}${name}: ${problem}`);
  const subject = different.length === 0 ? "the structure" : `${different.length} of ${tables.length} tables`;
  return new DbopsError("BACKUP.FINGERPRINT_MISMATCH", {
    message: `${subject} in ${copy} ${different.length === 0 ? "differs" : "differ"} from what was backed up`,
    why: [...named, ...(hasOtherStructure ? [OTHER_STRUCTURE] : [])].join("\n"),
    hint: "do not use this backup; `dbops backup list` shows which are proven",
  });
}

const OTHER_STRUCTURE =
  "the structure has changed: a column, index, constraint, trigger, view or function is missing, or one too many";

/** By hash when both have one of the same algorithm, else by rows. */
function compareTables(expected: Fingerprint, found: Fingerprint): TableComparison[] {
  const isComparable = expected.algorithm !== null && expected.algorithm === found.algorithm;
  const foundByName = new Map(found.tables.map((table) => [keyOf(table), table]));
  const expectedKeys = new Set(expected.tables.map(keyOf));
  const notCovered = new Set(expected.notCovered.map(({ name }) => name));
  const isSpokenOf = ({ schema, name }: TableFingerprint): boolean =>
    expected.schemaHash !== "" && !notCovered.has(schema === null ? name : `${schema}.${name}`);
  const extra = found.tables.filter((table) => !expectedKeys.has(keyOf(table)));
  return [
    ...expected.tables.map((table) => compareTable(table, foundByName.get(keyOf(table)), isComparable)),
    ...extra.map((table) => ({
      ...nameOf(table),
      rows: table.rows,
      isHashed: false,
      ...(isSpokenOf(table)
        ? { matches: false, problem: "it was not in the backup" }
        : { matches: null, problem: null }),
    })),
  ];
}

function compareTable(
  expected: TableFingerprint,
  found: TableFingerprint | undefined,
  isComparable: boolean,
): TableComparison {
  const name = { ...nameOf(expected), isHashed: false };
  if (found === undefined) return { ...name, rows: null, matches: false, problem: "it is missing" };
  const { rows } = found;
  if (expected.rows !== null && rows !== null && expected.rows !== rows) {
    return { ...name, rows, matches: false, problem: `${rows} rows instead of ${expected.rows}` };
  }
  if (isComparable && expected.hash !== null && found.hash !== null) {
    const matches = expected.hash === found.hash;
    return { ...name, rows, matches, isHashed: true, problem: matches ? null : "its content differs" };
  }
  return { ...name, rows, matches: expected.rows === null || rows === null ? null : true, problem: null };
}

function nameOf({ kind, schema, name }: TableFingerprint): Pick<TableFingerprint, "kind" | "schema" | "name"> {
  return { kind, schema, name };
}

function keyOf({ kind, schema, name }: TableFingerprint): string {
  return JSON.stringify([kind, schema, name]);
}
