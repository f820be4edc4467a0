import { digitsIn } from "../../../lib/core/decimal-text.js";
import type { NowForm, SqlLiteral } from "../../../lib/core/sql-expression.js";
import { DOUBLE_DIGITS, plainLiteral } from "../../../lib/core/sql-plain-term.js";
import type { SqlColumn, SqlKind } from "../../../lib/core/sql-term.js";
import { domainOf, SQL_KINDS } from "../../copy-kind-model.js";
import type { ScopeColumn } from "../../copy-target-model.js";
import type { CopyType } from "../../copy-type-model.js";
import { quoteLiteral } from "../quote-literal.js";
import { momentLiteral } from "./moment-literal.js";
import { nowFor } from "./now-for.js";
import { POSTGRES_SPELLING } from "./spelling.js";

/** A column here, as an expression that was written for the source's one meets it. */
export function columnTerm(column: ScopeColumn, sql: string): SqlColumn {
  const { type, sourceStored, ignoresCase } = column;
  // A word is no truth where it comes from: there it counts as 0.
  const kind = sourceStored?.as === "words" ? "label" : kindOf(type);
  return {
    sql: type.kind === "single" ? POSTGRES_SPELLING.asDouble(sql) : sql,
    kind,
    domain: domainOf(kind, type, sourceStored),
    order: kind !== "text" ? null : ignoresCase ? "asciiCase" : "bytes",
    isOrderSaid: false,
    isWide: type.kind === "integer" && type.bits === 64,
    takesIntegers: kind === "integer" || kind === "double" || kind === "numeric",
    literal: (value) => literalIn(column, kind, value),
    measured: (written, literals) => (literals.every(isMeasurable) ? written : null),
    assigned: (value) => assigned(column, kind, value),
    now: (form: NowForm) => nowFor(column, form),
  };
}

/** Floats of 32 bits are calculated with as doubles. */
function kindOf({ kind }: CopyType): SqlKind {
  return kind === "single" ? "double" : SQL_KINDS[kind];
}

function isMeasurable(value: SqlLiteral): boolean {
  return value.kind !== "decimal" || digitsIn(value.text) <= DOUBLE_DIGITS;
}

/** Texts beside numbers are converted by what the source's column was declared as, which is not known here. */
function literalIn({ type, sourceStored }: ScopeColumn, kind: SqlKind, value: SqlLiteral): string | null {
  if (value.kind === "null") return "NULL";
  if (kind === "moment") return momentLiteral(value, type.kind, sourceStored);
  if (sourceStored?.as === "words") return wordLiteral(value);
  if (kind === "integer" && value.kind === "boolean") return value.value ? "1" : "0";
  return plainLiteral(kind, value, POSTGRES_SPELLING);
}

function wordLiteral(value: SqlLiteral): string | null {
  return value.kind === "text" && ["true", "false"].includes(value.text) ? value.text : null;
}

/** What is put into a column becomes what it holds. */
function assigned(column: ScopeColumn, kind: SqlKind, value: SqlLiteral): string | null {
  if (kind === "bytes" && value.kind === "text") {
    return POSTGRES_SPELLING.literal({ kind: "bytes", hex: Buffer.from(value.text).toString("hex") });
  }
  if (kind === "json") return jsonLiteral(value, column.type.kind);
  const read = converted(kind, value);
  return fits(column.type, read) ? literalIn(column, kind, read) : null;
}

function converted(kind: SqlKind, value: SqlLiteral): SqlLiteral {
  if (kind === "text") return value.kind === "integer" ? { kind: "text", text: value.text } : value;
  const isNumeric = ["integer", "double", "numeric", "boolean"].includes(kind);
  if (isNumeric && value.kind === "text" && /^-?(?:0|[1-9]\d{0,14})$/.test(value.text)) {
    return { kind: "integer", text: value.text };
  }
  const whole = kind === "integer" && value.kind === "decimal" ? /^(-?\d+)\.0*$/.exec(value.text)?.[1] : undefined;
  return whole === undefined ? value : { kind: "integer", text: whole };
}

function fits(type: CopyType, value: SqlLiteral): boolean {
  if (type.kind !== "integer" || value.kind === "null") return true;
  if (value.kind === "boolean") return true;
  if (value.kind !== "integer") return false;
  const number = BigInt(value.text);
  return BigInt.asIntN(type.bits, number) === number;
}

function jsonLiteral(value: SqlLiteral, type: string): string | null {
  if (value.kind === "null") return "NULL";
  const text = value.kind === "text" || value.kind === "integer" || value.kind === "decimal" ? value.text : null;
  return text !== null && isJson(text) ? `${quoteLiteral(text)}::${type}` : null;
}

function isJson(text: string): boolean {
  if (text.includes("\\u0000")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
