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

type Found = Pick<Fingerprint, "algorithm" | "tables">;

/** Compares table by table: by hash when both have one of the same algorithm, else by rows; never what `expected` does not speak of. */
export function compareFingerprints(expected: Fingerprint, found: Found): TableComparison[] {
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

/** BACKUP.FINGERPRINT_MISMATCH naming the first tables that differ. */
export function requireEqual(comparisons: readonly TableComparison[], copy: string): void {
  const error = differenceError(comparisons, copy);
  if (error !== null) throw error;
}

/** BACKUP.FINGERPRINT_MISMATCH naming the first tables that differ; null when none does. */
export function differenceError(comparisons: readonly TableComparison[], copy: string): DbopsError | null {
  const different = comparisons.filter(({ matches }) => matches === false);
  if (different.length === 0) return null;
  const named = different
    .slice(0, 5)
    .map(({ schema, name, problem }) => `${schema === null ? "" : `${schema}.`}${name}: ${problem}`);
  return new DbopsError("BACKUP.FINGERPRINT_MISMATCH", {
    message: `${different.length} of ${comparisons.length} tables in ${copy} differ from what was backed up`,
    why: named.join("\n"),
    hint: "do not use this backup; `dbops backup list` shows which are proven",
  });
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
