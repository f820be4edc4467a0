import { textOrderOf } from "./sql-comparison.js";
import type { SqlExpression } from "./sql-expression.js";
import { plainTerm, wideTerm } from "./sql-plain-term.js";
import type { SqlTerm } from "./sql-term.js";
import { writeTerm } from "./sql-writer.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

type Call = Extract<SqlExpression, { readonly kind: "call" }>;

/** Writes a function over many rows; only in a SELECT. */
export function writeAggregate(call: Call, writing: SqlWriting): SqlTerm {
  const { name, arguments: given, isDistinct } = call;
  const { spelling, isSelect } = writing;
  if (!isSelect || given.length > 1) throw new Untranslatable(`the function ${name}() has no counterpart`);
  const [first] = given;
  if (first === undefined) return wideTerm("count(*)", spelling);
  const term = writeTerm(first, writing);
  const distinct = isDistinct ? "DISTINCT " : "";
  if (isDistinct) requireEquality(term);
  if (name === "count") return wideTerm(`count(${distinct}${term.sql})`, spelling);
  if (name === "min" || name === "max") return writeExtreme(name, term, writing);
  if (name === "sum") return writeSum(term, distinct, writing);
  if (name !== "avg" && name !== "total") throw new Untranslatable(`the function ${name}() has no counterpart`);
  const double = numberOf(term, writing);
  const sum =
    name === "avg"
      ? `avg(${distinct}${double})`
      : `COALESCE(sum(${distinct}${double}), ${spelling.literal({ kind: "decimal", text: "0.0" })})`;
  return plainTerm("double", sum, spelling);
}

/** Values that one engine holds for equal and the other not. */
export function requireEquality({ kind, order }: SqlTerm): void {
  if (["json", "other", "numeric"].includes(kind) || order === "asciiCase") {
    throw new Untranslatable(`values of kind ${kind} are told apart otherwise`);
  }
}

function writeExtreme(name: string, term: SqlTerm, { spelling }: SqlWriting): SqlTerm {
  const order = textOrderOf([term]);
  const isFit = ["integer", "double", "single", "moment", "text"].includes(term.kind);
  if (!isFit || (term.kind === "text" && order !== "bytes")) {
    throw new Untranslatable(`${name}() of values of kind ${term.kind} in such an order has no counterpart`);
  }
  const sql = term.kind === "text" ? spelling.byBytes(term.sql) : term.sql;
  return { ...term, sql: `${name}(${sql})`, isOrderSaid: false };
}

function writeSum(term: SqlTerm, distinct: string, { spelling }: SqlWriting): SqlTerm {
  if (term.kind === "double") return plainTerm("double", `sum(${distinct}${term.sql})`, spelling);
  const sql = term.kind === "boolean" ? spelling.asInteger(term.sql) : term.sql;
  if (term.kind !== "integer" && term.kind !== "boolean")
    throw new Untranslatable(`sum() of values of kind ${term.kind} has no counterpart`);
  return wideTerm(spelling.asWide(`sum(${distinct}${sql})`), spelling);
}

function numberOf({ sql, kind }: SqlTerm, { spelling }: SqlWriting): string {
  if (kind === "double") return sql;
  if (kind !== "integer") throw new Untranslatable(`the average of values of kind ${kind} has no counterpart`);
  return spelling.asDouble(sql);
}
