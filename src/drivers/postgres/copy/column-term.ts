import { digitsIn } from "../../../lib/core/decimal-text.js";
import type { NowForm, SqlLiteral } from "../../../lib/core/sql-expression.js";
import { DOUBLE_DIGITS, plainLiteral } from "../../../lib/core/sql-plain-term.js";
import type { SqlColumn, SqlKind } from "../../../lib/core/sql-term.js";
import type { ScopeColumn } from "../../copy-target-model.js";
import type { CopyType } from "../../copy-type-model.js";
import { quoteLiteral } from "../quote-literal.js";
import { momentLiteral } from "./moment-literal.js";
import { nowFor } from "./now-for.js";
import { POSTGRES_SPELLING } from "./spelling.js";

const KINDS: Readonly<Record<CopyType["kind"], SqlKind>> = {
  integer: "integer",
  double: "double",
  single: "double",
  numeric: "numeric",
  text: "text",
  bytes: "bytes",
  boolean: "boolean",
  date: "moment",
  timestamp: "moment",
  timestamptz: "moment",
  json: "json",
  jsonb: "json",
  enum: "label",
  foreign: "other",
};

/** A column here, as an expression that was written for the source's one meets it. */
export function columnTerm(column: ScopeColumn, sql: string): SqlColumn {
  const { type, ignoresCase } = column;
  const kind = KINDS[type.kind];
  return {
    // Floats of 32 bits would be calculated with as such.
    sql: type.kind === "single" ? POSTGRES_SPELLING.asDouble(sql) : sql,
    kind,
    domain: domainOf(kind, column),
    order: kind !== "text" ? null : ignoresCase ? "asciiCase" : "bytes",
    isOrderSaid: false,
    isWide: type.kind === "integer" && type.bits === 64,
    takesIntegers: kind === "integer" || kind === "double" || kind === "numeric",
    literal: (value) => (kind === "bytes" || kind === "json" ? compared(kind, value) : literalIn(column, kind, value)),
    measured: (written, literals) => (literals.every(isMeasurable) ? written : null),
    assigned: (value) => assigned(column, kind, value),
    now: (form: NowForm) => nowFor(column, form),
  };
}

/** Moments that were kept otherwise were compared otherwise. */
function domainOf(kind: SqlKind, { type, sourceStored }: ScopeColumn): string {
  if (kind === "moment") return `${type.kind} ${JSON.stringify(sourceStored)}`;
  return kind === "other" || kind === "label" ? JSON.stringify(type) : kind;
}

function isMeasurable(value: SqlLiteral): boolean {
  return value.kind !== "decimal" || digitsIn(value.text) <= DOUBLE_DIGITS;
}

function compared(kind: SqlKind, value: SqlLiteral): string | null {
  return plainLiteral(kind, value, POSTGRES_SPELLING);
}

/** The source converts a literal beside a column to what the column holds: the same is done here once and for all. */
function literalIn(column: ScopeColumn, kind: SqlKind, value: SqlLiteral): string | null {
  const { type, sourceStored } = column;
  if (value.kind === "null") return "NULL";
  if (kind === "moment") return momentLiteral(value, type.kind, sourceStored);
  if (kind === "boolean") return booleanLiteral(value, sourceStored?.as === "words");
  if (kind === "text" && value.kind === "integer") return quoteLiteral(value.text);
  const isNumber = value.kind === "text" && /^-?(?:0|[1-9]\d{0,14})$/.test(value.text);
  const read: SqlLiteral = isNumber && kind !== "text" ? { kind: "integer", text: value.text } : value;
  if (read.kind === "boolean" && kind === "integer") return read.value ? "1" : "0";
  return plainLiteral(kind, read, POSTGRES_SPELLING);
}

function booleanLiteral(value: SqlLiteral, isInWords: boolean): string | null {
  if (isInWords) {
    const isWord = value.kind === "text" && ["true", "false"].includes(value.text);
    return isWord ? value.text : null;
  }
  if (value.kind === "text") return value.text === "1" ? "true" : value.text === "0" ? "false" : null;
  return plainLiteral("boolean", value, POSTGRES_SPELLING);
}

function assigned(column: ScopeColumn, kind: SqlKind, value: SqlLiteral): string | null {
  if (kind === "bytes" && value.kind === "text") {
    return POSTGRES_SPELLING.literal({ kind: "bytes", hex: Buffer.from(value.text).toString("hex") });
  }
  if (kind === "json") return jsonLiteral(value, column.type.kind);
  if (kind === "integer" && value.kind === "decimal")
    return /^-?\d+\.0*$/.test(value.text) ? (value.text.split(".")[0] ?? null) : null;
  if (kind === "integer" && !fits(column.type, value)) return null;
  return literalIn(column, kind, value);
}

function fits(type: CopyType, value: SqlLiteral): boolean {
  if (type.kind !== "integer" || value.kind !== "integer") return true;
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
