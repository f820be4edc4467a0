import type { NowForm, SqlExpression, SqlLiteral } from "../../../lib/core/sql-expression.js";

/** Types of one meaning in expressions, by their native names. */
const MEANINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    text: "text",
    "character varying": "text",
    varchar: "text",
    smallint: "integer",
    integer: "integer",
    bigint: "integer",
    int2: "integer",
    int4: "integer",
    int8: "integer",
    numeric: "numeric",
    decimal: "numeric",
    "double precision": "double",
    float8: "double",
    boolean: "boolean",
    bool: "boolean",
    bytea: "bytea",
  }),
);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const BOOLEANS: Readonly<Record<string, boolean>> = { t: true, true: true, f: false, false: false };

/** What `operand::type` is: the literal that it spells, the moment of asking in another form, or a cast by the type's meaning. */
export function readCast(operand: SqlExpression, type: string): SqlExpression {
  const [, bare = type, size] = /^([^(]*[^( ]) ?\((.*)\)$/.exec(type) ?? [];
  if (operand.kind === "now") return nowAs(operand.form, type) ?? { kind: "cast", operand, type };
  const meaning = MEANINGS.get(bare) ?? type;
  if (operand.kind === "literal") {
    const value = literalAs(operand.value, meaning, size === undefined ? null : Number(size));
    if (value !== null) return { kind: "literal", value };
  }
  // A size cuts or rounds what it is given.
  return { kind: "cast", operand, type: size === undefined ? meaning : type };
}

function literalAs(value: SqlLiteral, meaning: string, size: number | null): SqlLiteral | null {
  if (value.kind === "null") return value;
  if (value.kind === "text") return textAs(value.text, meaning, size);
  const isNumber = value.kind === "integer" || value.kind === "decimal";
  if (!isNumber || size !== null) return null;
  if (meaning === "integer" && value.kind === "integer") return value;
  return meaning === "numeric" || meaning === "double" ? { kind: "decimal", text: value.text } : null;
}

function textAs(text: string, meaning: string, size: number | null): SqlLiteral | null {
  if (meaning === "text") return size === null || [...text].length <= size ? { kind: "text", text } : null;
  if (size !== null) return null;
  if (meaning === "integer") return /^[+-]?\d+$/.test(text) ? { kind: "integer", text: text.replace("+", "") } : null;
  if (meaning === "numeric" || meaning === "double") return NUMBER.test(text) ? { kind: "decimal", text } : null;
  const truth = BOOLEANS[text.toLowerCase()];
  if (meaning === "boolean") return truth === undefined ? null : { kind: "boolean", value: truth };
  if (meaning === "bytea" && /^\\x(?:[0-9a-f]{2})*$/i.test(text))
    return { kind: "bytes", hex: text.slice(2).toLowerCase() };
  return null;
}

function nowAs(form: NowForm, type: string): SqlExpression | null {
  if (form.kind === "epoch" && MEANINGS.get(type) === "integer") return { kind: "now", form };
  if (form.kind !== "timestamp" || form.isText) return null;
  if (type === "date") return { kind: "now", form: { kind: "date" } };
  const [whole, name, digits, zone] = /^(timestamp|time)(?:\((\d)\))?( with(?:out)? time zone)?$/.exec(type) ?? [];
  if (whole === undefined) return null;
  const fractionDigits = digits === undefined ? form.fractionDigits : Number(digits);
  if (name === "time") return { kind: "now", form: { kind: "time", fractionDigits } };
  return { kind: "now", form: { ...form, fractionDigits, zone: zone === " with time zone" ? "Z" : "" } };
}
