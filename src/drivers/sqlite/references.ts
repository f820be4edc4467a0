import type { TableFault } from "../load-model.js";
import { brokenReference } from "./broken-reference.js";
import type { Connection } from "./connection.js";
import type { BrokenRow, ReferenceWatch } from "./reference-watch.js";
import type { RowTrail } from "./row-trail.js";

/** What became of a record that was taken back; null when other rows would have changed with it. */
export type TakenBack = "inserted" | "updated" | null;

/** What was loaded, as far as references matter. */
export interface Loaded {
  readonly table: { readonly schema: string | null; readonly name: string };
  readonly trail: RowTrail | null;
  /** Makes the row what it was before the record. */
  takeBack(record: number, rowid: bigint): TakenBack;
}

export interface Limits {
  readonly watch: ReferenceWatch;
  /** One fault more than that ends the search. */
  readonly maxFaults: number;
}

/** Rows that are looked up together. */
const TOGETHER = 10_000;
const SHOWN = 100;

/** The records whose references lead nowhere, or rows of other tables that have lost what they refer to. */
export function brokenReferences(
  connection: Connection,
  loaded: readonly Loaded[],
  watch: ReferenceWatch,
): readonly TableFault[] {
  const own = loaded.flatMap((one) => brokenRecords(one, watch, SHOWN).map((found) => faultOf(connection, found)));
  return own.length > 0 ? own : watch.faults();
}

/** Takes back the records whose references lead nowhere, again and again: others may have referred to them. */
export function takeOutBroken(
  connection: Connection,
  loaded: readonly Loaded[],
  { watch, maxFaults }: Limits,
): readonly TableFault[] {
  const faults: TableFault[] = [];
  for (;;) {
    const before = faults.length;
    for (const one of loaded) {
      for (const found of brokenRecords(one, watch, maxFaults - faults.length)) {
        const was = one.takeBack(found.record, found.row.rowid);
        if (was === null) return [cannotBeTakenOut(one.table)];
        faults.push({ ...faultOf(connection, found), ...(was === "updated" ? { wasUpdate: true } : {}) });
      }
      if (faults.length > maxFaults) return faults;
    }
    if (faults.length === before) return [...faults, ...watch.faults()];
  }
}

interface BrokenRecord {
  readonly row: BrokenRow & { readonly rowid: bigint };
  readonly record: number;
}

/** At most one more than `most`. */
function brokenRecords({ table, trail }: Loaded, watch: ReferenceWatch, most: number): readonly BrokenRecord[] {
  const found: BrokenRecord[] = [];
  if (trail === null) return found;
  let held = new Map<bigint, BrokenRecord["row"]>();
  const look = (): void => {
    for (const [rowid, record] of trail.find(held)) {
      const row = held.get(rowid);
      if (row !== undefined && found.length <= most) found.push({ row, record });
    }
    held = new Map();
  };
  for (const row of watch.rowsOf(table.name)) {
    if (row.rowid !== null) held.set(row.rowid, { ...row, rowid: row.rowid });
    if (held.size >= TOGETHER) look();
    if (found.length > most) break;
  }
  look();
  return onePerRow(found);
}

/** A row with several broken references can be met in several parts of the check. */
function onePerRow(found: readonly BrokenRecord[]): readonly BrokenRecord[] {
  return [...new Map(found.map((one) => [one.record, one])).values()];
}

function faultOf(connection: Connection, { row, record }: BrokenRecord): TableFault {
  return { ...brokenReference(connection, row), index: record };
}

/** Rows that went with it would be counted nowhere. */
function cannotBeTakenOut({ name }: Loaded["table"]): TableFault {
  const reason = "a record with a broken reference cannot be left out: taking it back changes other rows as well";
  return { table: { schema: null, name }, index: null, column: null, reason };
}
