import type { NowForm, SqlExpression } from "./sql-expression.js";
import { literalName, literalOf } from "./sql-pairing.js";
import type { SqlColumn, SqlTerm } from "./sql-term.js";
import { writeCondition, writeTerm } from "./sql-writer.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

/** What is written with parentheses around it. */
const CLOSED: readonly SqlExpression["kind"][] = [
  "compare",
  "in",
  "between",
  "logic",
  "not",
  "isNull",
  "arithmetic",
  "negative",
  "concat",
];
const UNITS: Readonly<Record<string, "ms" | "us">> = { "1000": "ms", "1000000": "us" };

/** Writes an expression for a column that is given its value: in parentheses unless it is a literal. Untranslatable. */
export function writeValue(expression: SqlExpression, column: SqlColumn, writing: SqlWriting): string {
  const literal = literalOf(expression);
  if (literal !== null) {
    // Such a text is of a type of its own, which fills it up with blanks, say.
    const isOwnType = expression.kind === "cast" && column.kind === "text";
    const sql = isOwnType ? null : column.assigned(literal);
    if (sql === null) throw new Untranslatable(`${literalName(literal)} is no value of the column's type`);
    return sql;
  }
  const form = nowFormOf(expression);
  if (form !== null) {
    const sql = column.now(form);
    if (sql === null) throw new Untranslatable("the column would keep the time of asking otherwise");
    return `(${sql})`;
  }
  const sql = assigned(writeTerm(expression, writing), column, writing);
  return CLOSED.includes(expression.kind) && sql.startsWith("(") ? sql : `(${sql})`;
}

/** The moment of asking, also as seconds that are multiplied into smaller units. */
function nowFormOf(expression: SqlExpression): NowForm | null {
  if (expression.kind === "now") return expression.form;
  if (expression.kind !== "arithmetic" || expression.operator !== "*") return null;
  const [form, factor] = [nowFormOf(expression.left), literalOf(expression.right)];
  const unit = factor?.kind === "integer" ? UNITS[factor.text] : undefined;
  if (form?.kind !== "epoch" || form.unit !== "s" || unit === undefined) return null;
  return { kind: "epoch", unit, isText: false };
}

function assigned({ sql, kind, domain }: SqlTerm, column: SqlColumn, { spelling }: SqlWriting): string {
  if (domain === column.domain || kind === "null") return sql;
  if (kind === "boolean" && column.takesIntegers) return spelling.asInteger(sql);
  if (kind === "integer" && column.takesIntegers) return sql;
  if (kind === "integer" && column.kind === "boolean" && column.literal({ kind: "integer", text: "1" }) !== null) {
    return `(${sql} <> 0)`;
  }
  if (kind === "integer" && column.kind === "text") return spelling.asText(sql);
  throw new Untranslatable(`a value of kind ${kind} becomes one of kind ${column.kind}`);
}

/** Writes a condition, or a part of an index that is more than a column. Untranslatable. */
export function writePart(expression: SqlExpression, writing: SqlWriting): string {
  if (expression.kind === "column" || expression.kind === "literal") return writeCondition(expression, writing);
  const { sql, kind, order } = writeTerm(expression, writing);
  return kind === "text" && order === "asciiCase" ? writing.spelling.withoutCase(sql) : sql;
}
