import type { SqlExpression, SqlLiteral } from "./sql-expression.js";
import { literalOf } from "./sql-pairing.js";
import { plainLiteral, plainTerm, wideTerm } from "./sql-plain-term.js";
import type { SqlTerm } from "./sql-term.js";
import { writeTerm } from "./sql-writer.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

type Of<Kind extends SqlExpression["kind"]> = Extract<SqlExpression, { readonly kind: Kind }>;

interface Operand {
  readonly sql: string;
  readonly kind: "integer" | "double";
  readonly isWide: boolean;
  readonly literal: SqlLiteral | null;
}

/** Writes `left + right` and the like. */
export function writeArithmetic({ operator, left, right }: Of<"arithmetic">, writing: SqlWriting): SqlTerm {
  const { spelling } = writing;
  const [one, other] = [operandOf(left, writing), operandOf(right, writing)];
  const isDouble = one.kind === "double" || other.kind === "double";
  if (isDouble) requireDoubles(one, other, writing);
  if (operator === "/" || operator === "%") requireDivision(operator, one, other);
  if (isDouble) return plainTerm("double", `(${one.sql} ${operator} ${other.sql})`, spelling);
  const first = one.isWide || other.isWide ? one.sql : spelling.asWide(one.sql);
  return wideTerm(`(${first} ${operator} ${other.sql})`, spelling);
}

/** Writes `-operand`. */
export function writeNegative({ operand }: Of<"negative">, writing: SqlWriting): SqlTerm {
  const { spelling } = writing;
  const { sql, kind, isWide } = operandOf(operand, writing);
  if (kind === "double") return plainTerm("double", `(- ${sql})`, spelling);
  return wideTerm(`(- ${isWide ? sql : spelling.asWide(sql)})`, spelling);
}

/** Writes `left || right`. */
export function writeConcat({ left, right }: Of<"concat">, writing: SqlWriting): SqlTerm {
  const [one, other] = [left, right].map((side) => textOf(side, writing));
  return plainTerm("text", `(${one} || ${other})`, writing.spelling);
}

function operandOf(expression: SqlExpression, writing: SqlWriting): Operand {
  const { spelling } = writing;
  const literal = literalOf(expression);
  if (literal?.kind === "integer" || literal?.kind === "decimal") {
    const kind = literal.kind === "integer" ? "integer" : "double";
    const sql = plainLiteral(kind, literal, spelling);
    if (sql === null) throw new Untranslatable(`the number ${literal.text} has too many digits`);
    const isDouble = kind === "double" && !spelling.hasExactDecimals;
    return { sql: isDouble ? spelling.asDouble(sql) : sql, kind, isWide: false, literal };
  }
  const { sql, kind, isWide } = writeTerm(expression, writing);
  if (kind === "integer" || kind === "double") return { sql, kind, isWide, literal: null };
  if (kind === "boolean") return { sql: spelling.asInteger(sql), kind: "integer", isWide: false, literal: null };
  if (kind !== "numeric" || spelling.hasExactDecimals) {
    throw new Untranslatable(`a value of kind ${kind} is calculated with otherwise`);
  }
  return { sql: spelling.asDouble(sql), kind: "double", isWide: false, literal: null };
}

/** Where decimals are exact, a calculation is only done with doubles when one of them is no literal. */
function requireDoubles(one: Operand, other: Operand, { spelling }: SqlWriting): void {
  if (!spelling.hasExactDecimals) return;
  const isReal = [one, other].some(({ kind, literal }) => kind === "double" && literal === null);
  if (!isReal) throw new Untranslatable("exact decimals are calculated with otherwise");
}

function requireDivision(operator: "/" | "%", one: Operand, other: Operand): void {
  const { literal } = other;
  const isZero = literal === null || (literal.kind !== "null" && "text" in literal && !/[1-9]/.test(literal.text));
  if (isZero) throw new Untranslatable("a division that may be by 0 ends otherwise");
  const areIntegers = one.kind === "integer" && other.kind === "integer";
  if (operator === "%" && !areIntegers) throw new Untranslatable("% is only the same for integers");
  if (!areIntegers && literal?.kind !== "decimal") {
    throw new Untranslatable("whether / drops the remainder depends on each value");
  }
}

function textOf(expression: SqlExpression, writing: SqlWriting): string {
  const { spelling } = writing;
  const literal = literalOf(expression);
  if (literal !== null && expression.kind === "literal") {
    if (literal.kind === "text" || literal.kind === "null") return spelling.literal(literal);
    if (literal.kind === "integer") return spelling.literal({ kind: "text", text: literal.text });
  }
  const { sql, kind } = writeTerm(expression, writing);
  if (kind === "text") return sql;
  if (kind === "integer") return spelling.asText(sql);
  throw new Untranslatable(`a value of kind ${kind} is spelled otherwise`);
}
