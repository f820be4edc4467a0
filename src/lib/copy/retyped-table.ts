import type { CopyColumn, CopyEvent } from "../../drivers/copy-rows-model.js";
import type { CopyTarget } from "../../drivers/copy-target-model.js";
import type { StoredForm } from "../../drivers/copy-type-model.js";
import type { PlannedTable } from "./copy-plan.js";

export type Retype = Extract<CopyEvent, { kind: "retype" }>;

/** The table with another type for a column, as the source asked for it while it was read. */
export function retypedTable(
  planned: PlannedTable,
  { column, type, reason }: Retype,
  target: CopyTarget,
): PlannedTable {
  const at = planned.read.columns.findIndex(({ name }) => name === column);
  const read = planned.read.columns[at];
  const own = planned.source.columns.find(({ name }) => name === column);
  const name = planned.readBack.columns[at]?.name;
  if (read === undefined || own === undefined || name === undefined) throw new Error(`no column ${column} is read`);
  const given = { type, stored: plainForm(read.stored) };
  const made = target.typeFor(type, { ...own, ...given, name });
  const columns = planned.target.columns.map((each) =>
    each.name === name ? { ...each, type, stored: made.stored, native: made.native } : each,
  );
  return {
    ...planned,
    target: { ...planned.target, columns, definition: null },
    read: { ...planned.read, columns: withColumn(planned.read.columns, column, given) },
    readBack: {
      ...planned.readBack,
      columns: withColumn(planned.readBack.columns, name, { type, stored: made.stored }),
    },
    columns: planned.columns.map((each) =>
      each.name === column ? { ...each, to: made.native, evidence: `${each.evidence}; ${reason}` } : each,
    ),
  };
}

function withColumn(
  columns: readonly CopyColumn[],
  name: string,
  other: Pick<CopyColumn, "type" | "stored">,
): readonly CopyColumn[] {
  return columns.map((column) => (column.name === name ? { ...column, ...other } : column));
}

function plainForm(stored: StoredForm | null): StoredForm | null {
  return stored === null ? null : { as: "value" };
}
