import type { CopyChoices, SourceColumn, SourceExpression, SourceIdentity } from "../../copy-source-model.js";
import { affinityOf } from "../affinity.js";
import { chooseType } from "./choose-type.js";
import type { ColumnEvidence } from "./column-evidence.js";
import type { ColumnStructure } from "./file-structure.js";
import { lostClasses } from "./lost-classes.js";
import { parseDefault } from "./parse-default.js";
import { parseExpression } from "./parse-expression.js";
import type { SurveyedTable } from "./survey-table.js";
import type { TypeChoice } from "./type-choice.js";

const GREATEST = 9_223_372_036_854_775_807n;

/** A column with the type that its values ask for, and what stands in their way. */
export interface ChosenColumn {
  readonly column: SourceColumn;
  readonly obstacle: TypeChoice["obstacle"];
  readonly evidence: ColumnEvidence;
}

export function sourceColumn(table: SurveyedTable, at: number, choices: CopyChoices): ChosenColumn {
  const { structure, text, scanned, evidence } = table;
  const own = structure.columns[at];
  const wish = scanned[at];
  const found = evidence.columns[at];
  if (own === undefined || wish === undefined || found === undefined) throw new RangeError(`there is no column ${at}`);
  const choice = chooseType({ declared: own.declared, family: wish.family, evidence: found, choices });
  const key = own.name.toLowerCase();
  const { declared } = own;
  const classes = lostClasses({ declared, isStrict: structure.isStrict, type: choice.type, evidence: found });
  const isRowid = own.name === structure.rowid?.alias;
  const column: SourceColumn = {
    name: own.name,
    declared,
    type: choice.type,
    stored: choice.stored,
    evidence: choice.evidence,
    flag: choice.flag,
    warning: choice.warning,
    isNullable: isNullable(own, structure.isWithoutRowid, isRowid),
    default: defaultOf(own, structure.isStrict),
    generated: generatedOf(text.generated.get(key), structure.columns),
    identity: isRowid ? identityOf(table) : null,
    ignoresCase: text.collations.get(key)?.toUpperCase() === "NOCASE",
    comment: null,
    ...(classes === null ? {} : { lostClasses: classes }),
    ...(choice.leftOut === undefined ? {} : { leftOut: choice.leftOut }),
  };
  return { column, obstacle: choice.obstacle, evidence: found };
}

function isNullable({ isNotNull, keyPosition }: ColumnStructure, isWithoutRowid: boolean, isRowid: boolean): boolean {
  return !isNotNull && !isRowid && !(isWithoutRowid && keyPosition > 0);
}

/** NULL is what a column without a default has. */
function defaultOf({ defaultSql, declared }: ColumnStructure, isStrict: boolean): SourceExpression | null {
  if (defaultSql === null || defaultSql.trim().toUpperCase() === "NULL") return null;
  return { sql: defaultSql, parsed: parseDefault(defaultSql, affinityOf(declared, isStrict)) };
}

function generatedOf(sql: string | undefined, columns: readonly ColumnStructure[]): SourceExpression | null {
  if (sql === undefined) return null;
  return {
    sql,
    parsed: parseExpression(
      sql,
      columns.map(({ name }) => name),
    ),
  };
}

/** AUTOINCREMENT never goes back; any other rowid follows the highest one that is there. */
function identityOf({ structure, text }: SurveyedTable): SourceIdentity {
  const highest = structure.greatestRowid ?? 0n;
  const counted = text.isAutoincrement ? (structure.sequence ?? 0n) : 0n;
  const last = [highest, counted, 0n].reduce((most, value) => (value > most ? value : most));
  return { next: last === GREATEST ? last : last + 1n, isMonotonic: text.isAutoincrement, isAlways: false };
}
