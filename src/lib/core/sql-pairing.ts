import type { SqlExpression, SqlLiteral } from "./sql-expression.js";
import { plainTerm } from "./sql-plain-term.js";
import type { SqlTerm } from "./sql-term.js";
import { writeTerm } from "./sql-writer.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

/** Expressions side by side whose values are of one domain. */
export interface Paired {
  /** The one that literals beside it are spelled for. */
  readonly host: SqlTerm;
  /** In the order of the expressions. */
  readonly terms: readonly { readonly sql: string; readonly term: SqlTerm | null }[];
  readonly literals: readonly SqlLiteral[];
}

/** Writes expressions that stand beside each other. Untranslatable where one engine would convert, and the other not. */
export function pair(expressions: readonly SqlExpression[], writing: SqlWriting): Paired {
  const given = expressions.map((expression) => {
    const literal = literalOf(expression);
    return { expression, literal, term: literal === null ? writeTerm(expression, writing) : null };
  });
  const written = given.flatMap(({ term }) => term ?? []);
  const literals = given.flatMap(({ literal }) => literal ?? []);
  const host = hostOf(written, literals, writing);
  const terms = given.map(({ expression, literal, term }) => {
    if (term !== null) return { sql: asHost(term, host, writing), term };
    return { sql: literal === null ? "NULL" : literalBeside(host, literal, expression), term: null };
  });
  return { host, terms, literals };
}

/** The literal that an expression is, also one of a type that only the source spells; null for all others. */
export function literalOf(expression: SqlExpression): SqlLiteral | null {
  if (expression.kind === "literal") return expression.value;
  return expression.kind === "cast" && isForeignText(expression) ? literalOf(expression.operand) : null;
}

/** A literal as it is called in a reason. */
export function literalName(value: SqlLiteral): string {
  if (value.kind === "text") return `'${value.text}'`;
  if (value.kind === "bytes") return `x'${value.hex}'`;
  return value.kind === "null" ? "NULL" : value.kind === "boolean" ? String(value.value) : value.text;
}

function isForeignText({ operand, type }: Extract<SqlExpression, { readonly kind: "cast" }>): boolean {
  const isCommon = ["text", "integer", "double", "numeric", "boolean"].includes(type);
  return !isCommon && operand.kind === "literal" && operand.value.kind === "text";
}

function hostOf(terms: readonly SqlTerm[], literals: readonly SqlLiteral[], { spelling }: SqlWriting): SqlTerm {
  const hosts = terms.filter(({ kind }) => kind !== "null");
  // A truth beside a number is one: 1 or 0.
  const host = hosts.find(({ kind }) => kind !== "boolean") ?? hosts[0];
  if (host !== undefined) return host;
  const first = literals.find(({ kind }) => kind !== "null");
  if (first === undefined) return plainTerm("null", "NULL", spelling);
  const decimals = spelling.hasExactDecimals ? "numeric" : "double";
  return plainTerm(first.kind === "decimal" ? decimals : first.kind, "", spelling);
}

function asHost(term: SqlTerm, host: SqlTerm, { spelling }: SqlWriting): string {
  if (term.domain === host.domain || term.kind === "null") return term.sql;
  if (term.kind === "boolean" && host.kind === "integer") return spelling.asInteger(term.sql);
  throw new Untranslatable(`a value of kind ${term.kind} stands beside one of kind ${host.kind}`);
}

function literalBeside(host: SqlTerm, value: SqlLiteral, expression: SqlExpression): string {
  // Such a text is of a type of its own, whose blanks at the end, say, do not count.
  const isOwnType = expression.kind === "cast" && host.kind === "text";
  const sql = isOwnType ? null : host.literal(value);
  if (sql === null) throw new Untranslatable(`${literalName(value)} stands beside a value of kind ${host.kind}`);
  return sql;
}
