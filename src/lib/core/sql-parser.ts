import { SqlCursor } from "./sql-cursor.js";
import type { SqlDialect } from "./sql-dialect.js";
import type { CompareOperator, Parsed, SqlExpression } from "./sql-expression.js";
import { readAnyOf } from "./sql-membership.js";
import { negated } from "./sql-number.js";
import { readList, readOperand } from "./sql-operand.js";
import { readTypeName } from "./sql-type-name.js";
import { Untranslatable, untranslatableReason } from "./untranslatable.js";

const COMPARISONS: Readonly<Record<string, CompareOperator>> = {
  "=": "=",
  "==": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};
const ARITHMETIC = ["+", "-", "*", "/", "%"] as const;
/** Matching by patterns, in words and as the engine spells it. */
const MATCHING: Readonly<Record<string, string>> = {
  LIKE: "LIKE",
  ILIKE: "ILIKE",
  GLOB: "GLOB",
  REGEXP: "REGEXP",
  MATCH: "MATCH",
  SIMILAR: "SIMILAR TO",
  "~~": "LIKE",
  "!~~": "LIKE",
  "~~*": "ILIKE",
  "!~~*": "ILIKE",
};

/** Reads a whole text; what is beyond the grammar is the reason why it was not read. */
export function parseSql<T>(sql: string, dialect: SqlDialect, read: (cursor: SqlCursor) => T): Parsed<T> {
  try {
    const cursor = new SqlCursor(sql, dialect);
    const value = read(cursor);
    cursor.end();
    return { isParsed: true, value };
  } catch (error) {
    return { isParsed: false, reason: untranslatableReason(error) };
  }
}

/** Reads as much as operators of at least that power hold together. Untranslatable. */
export function readExpression(cursor: SqlCursor, power = 0): SqlExpression {
  let left = readPrefix(cursor);
  for (;;) {
    const longer = readInfix(cursor, left, power);
    if (longer === null) return left;
    left = longer;
  }
}

function readPrefix(cursor: SqlCursor): SqlExpression {
  const { powers } = cursor.dialect;
  if (cursor.accept("NOT")) return { kind: "not", operand: readExpression(cursor, powers.not) };
  if (cursor.accept("-")) return negated(readExpression(cursor, powers.negative));
  if (cursor.accept("+")) return readExpression(cursor, powers.negative);
  return readOperand(cursor);
}

function readInfix(cursor: SqlCursor, left: SqlExpression, power: number): SqlExpression | null {
  const { kind, value } = cursor.peek(cursor.isAt("NOT") ? 1 : 0);
  const pattern = kind === "word" || kind === "symbol" ? MATCHING[value.toUpperCase()] : undefined;
  if (pattern !== undefined) throw new Untranslatable(`${pattern} has rules of its own in each engine`);
  return (
    readLogic(cursor, left, power) ??
    readComparison(cursor, left, power) ??
    readTest(cursor, left, power) ??
    readCalculation(cursor, left, power) ??
    readSuffix(cursor, left, power)
  );
}

function readLogic(cursor: SqlCursor, left: SqlExpression, power: number): SqlExpression | null {
  const { powers } = cursor.dialect;
  if (powers.or >= power && cursor.accept("OR")) {
    return { kind: "logic", operator: "or", left, right: readExpression(cursor, powers.or + 1) };
  }
  if (powers.and >= power && cursor.accept("AND")) {
    return { kind: "logic", operator: "and", left, right: readExpression(cursor, powers.and + 1) };
  }
  return null;
}

function readComparison(cursor: SqlCursor, left: SqlExpression, power: number): SqlExpression | null {
  const { kind, value } = cursor.peek();
  const operator = kind === "symbol" ? COMPARISONS[value] : undefined;
  if (operator === undefined) return null;
  const { powers, ordered } = cursor.dialect;
  const isEquality = operator === "=" || operator === "<>";
  const own = isEquality ? powers.equals : powers.relates;
  if (own < power) return null;
  cursor.next();
  if (cursor.isAt("ANY", "(") || cursor.isAt("ALL", "(")) return readAnyOf(cursor, left, operator);
  const right = readExpression(cursor, own + 1);
  return { kind: "compare", operator, left: isEquality || right.kind === "collate" ? left : ordered(left), right };
}

/** IS, IN, BETWEEN and what denies them. */
function readTest(cursor: SqlCursor, left: SqlExpression, power: number): SqlExpression | null {
  const { powers } = cursor.dialect;
  if (powers.is >= power) {
    if (cursor.accept("ISNULL")) return { kind: "isNull", operand: left, isNegated: false };
    if (cursor.accept("NOTNULL")) return { kind: "isNull", operand: left, isNegated: true };
    if (cursor.accept("NOT", "NULL")) return { kind: "isNull", operand: left, isNegated: true };
    if (cursor.accept("IS")) return readIs(cursor, left);
  }
  if (powers.in < power) return null;
  const isNegated = cursor.isAt("NOT", "IN") || cursor.isAt("NOT", "BETWEEN");
  if (isNegated) cursor.next();
  if (cursor.accept("IN", "(")) return { kind: "in", operand: left, list: members(cursor), isNegated };
  if (cursor.accept("BETWEEN")) {
    const low = readExpression(cursor, powers.in + 1);
    cursor.expect("AND");
    const high = readExpression(cursor, powers.in + 1);
    return { kind: "between", operand: cursor.dialect.ordered(left), low, high, isNegated };
  }
  return null;
}

function members(cursor: SqlCursor): readonly SqlExpression[] {
  const list = readList(cursor);
  if (list.length === 0) throw new Untranslatable("IN () has no counterpart");
  return list;
}

function readIs(cursor: SqlCursor, operand: SqlExpression): SqlExpression {
  const isNegated = cursor.accept("NOT");
  if (cursor.accept("NULL") || cursor.accept("UNKNOWN")) return { kind: "isNull", operand, isNegated };
  const isTrue = cursor.isAt("TRUE");
  if (!isTrue && !cursor.isAt("FALSE")) throw new Untranslatable("IS between two values has no counterpart");
  cursor.next();
  // "x IS TRUE" is never NULL: an unknown x counts as false there, and as true for IS FALSE, which turns it round.
  const known: SqlExpression = {
    kind: "call",
    name: "coalesce",
    arguments: [operand, { kind: "literal", value: { kind: "boolean", value: !isTrue } }],
    isDistinct: false,
  };
  return isNegated === isTrue ? { kind: "not", operand: known } : known;
}

function readCalculation(cursor: SqlCursor, left: SqlExpression, power: number): SqlExpression | null {
  const { powers } = cursor.dialect;
  if (powers.concat >= power && cursor.accept("||")) {
    return { kind: "concat", left, right: readExpression(cursor, powers.concat + 1) };
  }
  const operator = ARITHMETIC.find((symbol) => cursor.isAt(symbol));
  if (operator === undefined) return null;
  const own = operator === "+" || operator === "-" ? powers.add : powers.multiply;
  if (own < power) return null;
  cursor.next();
  return { kind: "arithmetic", operator, left, right: readExpression(cursor, own + 1) };
}

function readSuffix(cursor: SqlCursor, left: SqlExpression, power: number): SqlExpression | null {
  const { powers, cast, collate, atTimeZone } = cursor.dialect;
  if (powers.cast >= power && cursor.accept("::")) return cast(left, readTypeName(cursor));
  if (powers.collate >= power && cursor.accept("COLLATE")) return collate(left, collationName(cursor));
  if (powers.zone >= power && cursor.accept("AT", "TIME", "ZONE")) {
    return atTimeZone(left, readExpression(cursor, powers.zone + 1));
  }
  return null;
}

function collationName(cursor: SqlCursor): string {
  const name = cursor.name();
  return cursor.accept(".") ? cursor.name() : name;
}
