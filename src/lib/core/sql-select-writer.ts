import { requireEquality } from "./sql-aggregate.js";
import type { SqlExpression, SqlOrder, SqlRelation, SqlSelect } from "./sql-expression.js";
import type { SqlSpelling } from "./sql-spelling.js";
import type { SqlTerm } from "./sql-term.js";
import { writeCondition, writeTerm } from "./sql-writer.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

/** What the names in a SELECT stand for. */
export interface SelectNames {
  /** As it is written in the target; null = there is none. */
  relation(relation: SqlRelation): string | null;
  /** A column of a relation of the source, written behind the quoted qualifier. */
  column(name: string, relation: string, qualifier: string): SqlTerm | null;
}

/** Writes a SELECT. Untranslatable where it would not select the same. */
export function writeSelect(select: SqlSelect, names: SelectNames, spelling: SqlSpelling): string {
  const writing: SqlWriting = {
    spelling,
    isSelect: true,
    column: (name, table) => resolve(name, table, select, names),
  };
  const where = { ...writing, isSelect: false };
  const twice = select.columns.find(
    ({ name }, index) => select.columns.findIndex((one) => one.name === name) !== index,
  );
  if (twice !== undefined) throw new Untranslatable(`two of its columns are called ${twice.name}`);
  const terms = select.columns.map(({ expression }) => writeTerm(expression, writing));
  if (select.isDistinct) terms.forEach(requireEquality);
  const columns = terms.map(({ sql }, index) => `${sql} AS ${spelling.quote(select.columns[index]?.name ?? "")}`);
  const clauses = [
    `SELECT ${select.isDistinct ? "DISTINCT " : ""}${columns.join(", ")}`,
    ...(select.from.length === 0 ? [] : [`FROM ${select.from.map((one) => joined(one, names, where)).join(" ")}`]),
    ...(select.where === null ? [] : [`WHERE ${writeCondition(select.where, where)}`]),
    ...list(
      "GROUP BY",
      select.groupBy.map((group) => writeGroup(group, select, writing)),
    ),
    ...(select.having === null ? [] : [`HAVING ${writeCondition(select.having, writing)}`]),
  ];
  return inOrder(clauses.join(" "), select, writing);
}

/** Distinct rows are ordered from outside: inside only what is selected, as it is, may be ordered by. */
function inOrder(sql: string, select: SqlSelect, writing: SqlWriting): string {
  const { quote } = writing.spelling;
  const orders = select.orderBy.map((order) => writeOrder(order, select, writing)).join(", ");
  if (orders === "") return sql;
  if (!select.isDistinct) return `${sql} ORDER BY ${orders}`;
  const names = select.columns.map(({ name }) => quote(name)).join(", ");
  return `SELECT ${names} FROM (${sql}) AS ${quote("rows")} ORDER BY ${orders}`;
}

/** The first relation that has the column: only what USING joins has it twice. */
function resolve(name: string, table: string | null, { from }: SqlSelect, names: SelectNames): SqlTerm | null {
  for (const relation of from) {
    const qualifier = relation.alias ?? relation.name;
    if (table !== null && table.toLowerCase() !== qualifier.toLowerCase()) continue;
    const term = names.column(name, relation.name, qualifier);
    if (term !== null) return term;
  }
  return null;
}

function joined(relation: SqlRelation, names: SelectNames, writing: SqlWriting): string {
  const name = names.relation(relation);
  if (name === null) throw new Untranslatable(`it reads ${relation.name}, which is not there`);
  const named = `${name} AS ${writing.spelling.quote(relation.alias ?? relation.name)}`;
  const { join } = relation;
  if (join === null) return named;
  if (join.on === null) {
    if (join.kind === "left") throw new Untranslatable("a left join without a condition has no counterpart");
    return `CROSS JOIN ${named}`;
  }
  return `${join.kind === "left" ? "LEFT JOIN" : "JOIN"} ${named} ON ${writeCondition(join.on, writing)}`;
}

/** What is no column may be the name of what is selected. */
function writeGroup(group: SqlExpression, { columns }: SqlSelect, writing: SqlWriting): string {
  const isUnknown = group.kind === "column" && writing.column(group.name, group.table) === null;
  const meant = isUnknown ? columns.find(({ name }) => name.toLowerCase() === group.name.toLowerCase()) : undefined;
  const term = writeTerm(meant?.expression ?? group, writing);
  requireEquality(term);
  return term.sql;
}

function writeOrder({ expression, isDescending, nulls }: SqlOrder, select: SqlSelect, writing: SqlWriting): string {
  const plain = expression.kind === "collate" && expression.by === "language" ? expression.operand : expression;
  const term = writeTerm(plain, writing);
  if (plain !== expression && term.kind === "text") {
    throw new Untranslatable("texts are ordered by the rules of a language");
  }
  const sql = orderTerm(select.isDistinct ? { ...term, sql: selected(plain, select, writing) } : term, writing);
  return `${sql} ${isDescending ? "DESC" : "ASC"} NULLS ${nulls.toUpperCase()}`;
}

function selected(expression: SqlExpression, { columns }: SqlSelect, { spelling }: SqlWriting): string {
  const column = columns.find((one) => JSON.stringify(one.expression) === JSON.stringify(expression));
  if (column === undefined) throw new Untranslatable("it orders distinct rows by what it does not select");
  return spelling.quote(column.name);
}

function orderTerm({ sql, kind, order }: SqlTerm, { spelling }: SqlWriting): string {
  if (kind !== "text") return sql;
  return spelling.byBytes(order === "asciiCase" ? spelling.withoutCase(sql) : sql);
}

function list(clause: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${clause} ${items.join(", ")}`];
}
