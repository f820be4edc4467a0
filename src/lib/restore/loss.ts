import type { TableFingerprint } from "../../drivers/fingerprint-model.js";
import type { CurrentState } from "../../drivers/restore-model.js";

/** A table's rows on one side: `uncounted` when it is there and nobody knows how many it has. */
export type TableRows = number | "uncounted" | "absent";

/** A table's rows at the target and in the backup. */
export interface RowChange {
  readonly name: string;
  readonly present: TableRows;
  readonly backup: TableRows;
}

/** Rows per table now against those of the backup: what differs first, the greatest loss on top. */
export function rowChanges(current: CurrentState, backup: readonly TableFingerprint[]): RowChange[] {
  const present = new Map(current.tables.map(rowsByName));
  const backedUp = new Map(backup.filter(({ kind }) => kind === "table").map(rowsByName));
  const names = [...new Set([...present.keys(), ...backedUp.keys()])];
  return names
    .map((name) => ({ name, present: present.get(name) ?? "absent", backup: backedUp.get(name) ?? "absent" }))
    .sort((a, b) => lossOf(b) - lossOf(a) || a.name.localeCompare(b.name));
}

/** Rows that would be gone, as far as both sides are known; tables that only grow come last. */
export function lossOf({ present, backup }: RowChange): number {
  if (present === "uncounted" || backup === "uncounted") return 0;
  return countOf(present) - countOf(backup);
}

function countOf(rows: Exclude<TableRows, "uncounted">): number {
  return rows === "absent" ? 0 : rows;
}

interface CountedTable {
  readonly schema: string | null;
  readonly name: string;
  readonly rows: number | null;
}

function rowsByName({ schema, name, rows }: CountedTable): [string, TableRows] {
  return [schema === null ? name : `${schema}.${name}`, rows ?? "uncounted"];
}
