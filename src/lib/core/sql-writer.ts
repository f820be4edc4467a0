import { writeArithmetic, writeConcat, writeNegative } from "./sql-calculation.js";
import { writeCall } from "./sql-call.js";
import { comparable, orderAmong, writeBetween, writeCompare, writeIn } from "./sql-comparison.js";
import type { SqlExpression } from "./sql-expression.js";
import { literalName, literalOf, pair } from "./sql-pairing.js";
import { plainTerm } from "./sql-plain-term.js";
import type { SqlTerm } from "./sql-term.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

type Of<Kind extends SqlExpression["kind"]> = Extract<SqlExpression, { readonly kind: Kind }>;

/** Writes an expression for a value. Untranslatable where it would not be the same one. */
export function writeTerm(expression: SqlExpression, writing: SqlWriting): SqlTerm {
  switch (expression.kind) {
    case "column":
      return columnTerm(expression, writing);
    case "literal":
      return literalTerm(expression, writing);
    case "compare":
      return writeCompare(expression, writing);
    case "in":
      return writeIn(expression, writing);
    case "between":
      return writeBetween(expression, writing);
    case "logic":
    case "not":
    case "isNull":
      return plainTerm("boolean", `(${truthOf(expression, writing)})`, writing.spelling);
    case "arithmetic":
      return writeArithmetic(expression, writing);
    case "negative":
      return writeNegative(expression, writing);
    case "concat":
      return writeConcat(expression, writing);
    case "call":
      return writeCall(expression, writing);
    case "case":
      return writeCase(expression, writing);
    case "collate":
      return { ...writeTerm(expression.operand, writing), order: expression.by, isOrderSaid: true };
    case "cast":
      return writeCast(expression, writing);
    case "now":
      throw new Untranslatable("the time of asking is only carried as a default");
  }
}

/** Writes an expression for a truth: numbers count as true unless they are 0. */
export function writeCondition(expression: SqlExpression, writing: SqlWriting): string {
  const literal = literalOf(expression);
  if (literal !== null) {
    const sql = plainTerm("boolean", "", writing.spelling).literal(literal);
    if (sql === null) throw new Untranslatable(`${literalName(literal)} stands for a truth`);
    return sql;
  }
  const term = writeTerm(expression, writing);
  if (term.kind === "boolean" || term.kind === "null") return term.sql;
  const zero = { kind: "integer", text: "0" } as const;
  const measured = ["integer", "double", "numeric"].includes(term.kind) ? term.measured(term.sql, [zero]) : null;
  if (measured === null) throw new Untranslatable(`a value of kind ${term.kind} stands for a truth`);
  return `(${measured} <> 0)`;
}

function literalTerm(expression: Of<"literal">, writing: SqlWriting): SqlTerm {
  const { host, terms } = pair([expression], writing);
  return { ...host, sql: terms[0]?.sql ?? "NULL" };
}

function truthOf(expression: Of<"logic" | "not" | "isNull">, writing: SqlWriting): string {
  if (expression.kind === "not") return `NOT ${writeCondition(expression.operand, writing)}`;
  if (expression.kind === "isNull") {
    return `${writeTerm(expression.operand, writing).sql} IS ${expression.isNegated ? "NOT NULL" : "NULL"}`;
  }
  const [left, right] = [writeCondition(expression.left, writing), writeCondition(expression.right, writing)];
  return `${left} ${expression.operator.toUpperCase()} ${right}`;
}

function columnTerm({ name, table }: Of<"column">, writing: SqlWriting): SqlTerm {
  const term = writing.column(name, table);
  if (term === null) throw new Untranslatable(`there is no column ${table === null ? "" : `${table}.`}${name}`);
  return term;
}

function writeCase({ operand, branches, otherwise }: Of<"case">, writing: SqlWriting): SqlTerm {
  const results = pair([...branches.map(({ result }) => result), ...(otherwise === null ? [] : [otherwise])], writing);
  const conditions = branches.map(({ when }) =>
    operand === null
      ? writeCondition(when, writing)
      : writeCompare({ kind: "compare", operator: "=", left: operand, right: when }, writing).sql,
  );
  const whens = conditions.map((when, index) => `WHEN ${when} THEN ${results.terms[index]?.sql ?? "NULL"}`);
  const last = otherwise === null ? "" : ` ELSE ${results.terms.at(-1)?.sql ?? "NULL"}`;
  return { ...results.host, sql: `CASE ${whens.join(" ")}${last} END`, order: null, isOrderSaid: false, isWide: false };
}

function writeCast({ operand, type }: Of<"cast">, writing: SqlWriting): SqlTerm {
  const { spelling } = writing;
  if (operand.kind === "literal" && operand.value.kind === "text") {
    throw new Untranslatable(`${literalName(operand.value)} as ${type} has no counterpart`);
  }
  const term = writeTerm(operand, writing);
  if (type === term.kind || term.kind === "null") return term;
  if (type === "text" && term.kind === "integer") return plainTerm("text", spelling.asText(term.sql), spelling);
  if (type === "integer" && term.kind === "boolean")
    return plainTerm("integer", spelling.asInteger(term.sql), spelling);
  if (type === "double" && term.kind === "integer") {
    return plainTerm("double", spelling.asDouble(term.sql), spelling);
  }
  // Only to be compared: an integer is as exact as the decimal that it becomes.
  if (type === "numeric" && term.kind === "integer") return { ...term, kind: "numeric", domain: "numeric" };
  if (type === "double" && term.kind === "single") return term;
  throw new Untranslatable(`the cast of a value of kind ${term.kind} to ${type} has no counterpart`);
}

/** Whether both are the same value in both engines; for NULLIF and the like. */
export function requireComparable(expressions: readonly SqlExpression[], writing: SqlWriting): void {
  const paired = pair(expressions, writing);
  comparable(paired, writing, { isOrder: false, textOrder: orderAmong(paired) });
}
