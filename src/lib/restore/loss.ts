import type { TableFingerprint } from "../../drivers/fingerprint-model.js";
import type { CurrentState } from "../../drivers/restore-model.js";

/** A table's rows at the target and in the backup; null = no such table, or not counted. */
export interface RowChange {
  readonly name: string;
  readonly present: number | null;
  readonly backup: number | null;
}

/** Rows per table now against those of the backup: what differs first, the greatest loss on top. */
export function rowChanges(current: CurrentState, backup: readonly TableFingerprint[]): RowChange[] {
  const present = new Map(current.tables.map((table) => [nameOf(table), table.rows]));
  const backedUp = new Map(backup.filter(({ kind }) => kind === "table").map((table) => [nameOf(table), table.rows]));
  const names = [...new Set([...present.keys(), ...backedUp.keys()])];
  return names
    .map((name) => ({ name, present: present.get(name) ?? null, backup: backedUp.get(name) ?? null }))
    .sort((a, b) => lossOf(b) - lossOf(a) || a.name.localeCompare(b.name));
}

/** Rows that would be gone; tables that only grow come last. */
export function lossOf({ present, backup }: RowChange): number {
  return (present ?? 0) - (backup ?? 0);
}

function nameOf({ schema, name }: { readonly schema: string | null; readonly name: string }): string {
  return schema === null ? name : `${schema}.${name}`;
}
