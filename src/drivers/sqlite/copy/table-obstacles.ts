import { formatNumberOf } from "../../../lib/core/units.js";
import type { CopyChoices, Obstacle, SourceForeignKey, SourceTable } from "../../copy-source-model.js";
import type { ChosenColumn } from "./source-column.js";
import type { OrphanRows } from "./survey-protocol.js";
import type { SurveyedTable } from "./survey-table.js";

interface Described {
  readonly table: SourceTable;
  readonly chosen: readonly ChosenColumn[];
  readonly foreignKeys: readonly (SourceForeignKey & { readonly id: number })[];
}

/** What in a table's rows stands in the way of a copy, as the choices are. */
export function tableObstacles(
  surveyed: SurveyedTable,
  { table, chosen, foreignKeys }: Described,
  choices: CopyChoices,
): readonly Obstacle[] {
  const base = { code: "COPY.UNFIT" as const, table: table.name };
  const values = chosen.flatMap(({ column, obstacle }): readonly Obstacle[] =>
    obstacle === null ? [] : [{ ...base, column: column.name, ...obstacle }],
  );
  return [
    ...values,
    ...sizeObstacles(surveyed, table),
    ...emptyObstacles(table, choices),
    ...keyObstacles(table, choices),
    ...orphanObstacles(surveyed, { table, chosen, foreignKeys }, choices),
  ];
}

function sizeObstacles({ evidence }: SurveyedTable, { name }: SourceTable): readonly Obstacle[] {
  if (evidence.oversize === null) return [];
  const flag = `--exclude-tables ${name.name}`;
  return [{ code: "COPY.UNFIT", table: name, column: null, what: evidence.oversize, flag }];
}

/** What takes no NULL cannot become NULL. */
function emptyObstacles({ name, columns, primaryKey }: SourceTable, { onMismatch }: CopyChoices): readonly Obstacle[] {
  if (onMismatch !== "null") return [];
  return columns.flatMap((column): readonly Obstacle[] => {
    const mayBeNull = column.isNullable && primaryKey?.columns.includes(column.name) !== true;
    if (column.leftOut === undefined || mayBeNull) return [];
    const what = `${column.leftOut}, and the column takes no NULL`;
    return [{ code: "COPY.UNFIT", table: name, column: column.name, what, flag: "--on-mismatch widen" }];
  });
}

function keyObstacles({ name, primaryKey }: SourceTable, { nullKey }: CopyChoices): readonly Obstacle[] {
  if (primaryKey === null || primaryKey.nullRows === 0 || nullKey === "unique") return [];
  const what = `${formatNumberOf("row", primaryKey.nullRows)} with NULL in the primary key (${primaryKey.columns.join(", ")})`;
  return [{ code: "COPY.UNFIT", table: name, column: null, what, flag: "--null-key unique" }];
}

function orphanObstacles(
  { orphans, structure }: SurveyedTable,
  { table, foreignKeys }: Described,
  choices: CopyChoices,
): readonly Obstacle[] {
  // Rows without a rowid cannot be named, so they cannot be left out.
  const isLeftOut = choices.orphans === "reject" && structure.rowid !== null;
  if (choices.orphans === "not-valid" || isLeftOut) return [];
  return foreignKeys.flatMap((key): readonly Obstacle[] => {
    const rows = orphans.get(key.id);
    if (rows === undefined || rows.count === 0) return [];
    const column = key.columns.length === 1 ? (key.columns[0] ?? null) : null;
    const what = `${orphanText(rows)}: ${key.columns.join(", ")} refers to no row of ${key.references.table.name}`;
    return [{ code: "COPY.UNFIT", table: table.name, column, what, flag: "--orphans not-valid" }];
  });
}

function orphanText({ count, rowids }: OrphanRows): string {
  const some = [...rowids.subarray(0, 3)].join(", ");
  const where = some === "" ? "" : ` (rowid ${some}${rowids.length > 3 ? ", …" : ""})`;
  return `${formatNumberOf("orphan", count)}${where}`;
}
