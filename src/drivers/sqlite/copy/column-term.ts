import { digitsIn } from "../../../lib/core/decimal-text.js";
import type { NowForm, SqlLiteral } from "../../../lib/core/sql-expression.js";
import { DOUBLE_DIGITS, plainLiteral } from "../../../lib/core/sql-plain-term.js";
import type { SqlColumn, SqlKind } from "../../../lib/core/sql-term.js";
import { domainOf, SQL_KINDS } from "../../copy-kind-model.js";
import type { ScopeColumn } from "../../copy-target-model.js";
import { quoteText } from "../quote-text.js";
import { decimalMeasure } from "./decimal-measure.js";
import { momentLiteral } from "./moment-literal.js";
import { nowFor } from "./now-for.js";
import { SQLITE_SPELLING } from "./spelling.js";

/** A column here, as an expression that was written for the source's one meets it. */
export function columnTerm(column: ScopeColumn, sql: string): SqlColumn {
  const { type, stored } = column;
  const kind = SQL_KINDS[type.kind];
  const isKeptAsText = kind === "numeric" && stored?.as === "text";
  return {
    sql,
    kind,
    domain: domainOf(kind, type, stored),
    // A column that ignores case does so here too.
    order: kind === "text" ? "bytes" : null,
    isOrderSaid: false,
    isWide: kind === "integer",
    takesIntegers: kind === "integer" || kind === "double",
    literal: (value) => literalIn(column, kind, value),
    measured: (written, literals) =>
      isKeptAsText && type.kind === "numeric"
        ? decimalMeasure(written, type.precision, literals)
        : plainMeasure(kind, written, literals),
    assigned: (value) => (kind === "numeric" ? assignedDecimal(column, value) : assigned(column, kind, value)),
    now: (form: NowForm) => nowFor(column, form),
  };
}

function plainMeasure(kind: SqlKind, sql: string, literals: readonly SqlLiteral[]): string | null {
  const isExact = literals.every((value) => value.kind !== "decimal" || digitsIn(value.text) <= DOUBLE_DIGITS);
  return kind === "numeric" && !isExact ? null : sql;
}

function literalIn({ type, stored }: ScopeColumn, kind: SqlKind, value: SqlLiteral): string | null {
  if (value.kind === "null") return "NULL";
  if (kind === "moment") return momentLiteral(value, type.kind, stored);
  if (type.kind === "enum")
    return value.kind === "text" && type.values.includes(value.text) ? quoteText(value.text) : null;
  if (kind === "boolean" && stored?.as === "words")
    return value.kind === "boolean" ? quoteText(String(value.value)) : null;
  return plainLiteral(kind, value, SQLITE_SPELLING);
}

/** Values of other types are what the source says of them, in text. */
function assigned(column: ScopeColumn, kind: SqlKind, value: SqlLiteral): string | null {
  const isOwnText =
    (kind === "other" || kind === "json") && value.kind === "text" && column.stored?.as !== "binaryJson";
  return isOwnText ? quoteText(value.text) : literalIn(column, kind, value);
}

/** A decimal as the source would print it, with all digits that its scale has. */
function assignedDecimal({ type, stored }: ScopeColumn, value: SqlLiteral): string | null {
  if (value.kind === "null") return "NULL";
  const isNumber = value.kind === "integer" || value.kind === "decimal";
  if (!isNumber || type.kind !== "numeric" || /e/i.test(value.text)) return null;
  const [whole = "", fraction = ""] = value.text.split(".");
  const scale = type.scale ?? fraction.length;
  if (scale < 0 || fraction.length > scale) return null;
  const text = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, "0")}`;
  if (stored?.as === "text") return quoteText(text);
  return digitsIn(text) <= DOUBLE_DIGITS || scale === 0 ? text : null;
}
