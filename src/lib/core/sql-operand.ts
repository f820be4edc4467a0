import type { SqlCursor } from "./sql-cursor.js";
import type { SqlExpression } from "./sql-expression.js";
import { numberLiteral } from "./sql-number.js";
import { readExpression } from "./sql-parser.js";
import { readTypeName } from "./sql-type-name.js";
import { Untranslatable } from "./untranslatable.js";

const WINDOWS: readonly string[] = ["OVER", "FILTER", "WITHIN"];

/** Reads what an operator stands beside: a literal, a column, a call, CASE, CAST, or all of it in parentheses. */
export function readOperand(cursor: SqlCursor): SqlExpression {
  const token = cursor.peek();
  if (token.kind === "number") return numberLiteral(cursor.next().value);
  if (token.kind === "text") return { kind: "literal", value: { kind: "text", text: cursor.next().value } };
  if (token.kind === "bytes") return { kind: "literal", value: { kind: "bytes", hex: cursor.next().value } };
  if (cursor.accept("(")) return readParenthesized(cursor);
  if (token.kind !== "word" && token.kind !== "name") throw cursor.unexpected();
  if (token.kind === "word") {
    if (cursor.accept("CASE")) return readCase(cursor);
    if (cursor.accept("CAST", "(")) return readCast(cursor);
    if (cursor.accept("NULL")) return { kind: "literal", value: { kind: "null" } };
  }
  return readNamed(cursor);
}

/** Expressions with commas between, up to the parenthesis that closes them. */
export function readList(cursor: SqlCursor): readonly SqlExpression[] {
  if (cursor.accept(")")) return [];
  if (cursor.isAt("SELECT") || cursor.isAt("VALUES")) throw new Untranslatable("a subquery has no counterpart");
  const list = [readExpression(cursor)];
  while (cursor.accept(",")) list.push(readExpression(cursor));
  cursor.expect(")");
  return list;
}

function readParenthesized(cursor: SqlCursor): SqlExpression {
  if (cursor.isAt("SELECT") || cursor.isAt("WITH")) throw new Untranslatable("a subquery has no counterpart");
  const inside = readExpression(cursor);
  cursor.expect(")");
  return inside;
}

function readCase(cursor: SqlCursor): SqlExpression {
  const operand = cursor.isAt("WHEN") ? null : readExpression(cursor);
  const branches: { readonly when: SqlExpression; readonly result: SqlExpression }[] = [];
  while (cursor.accept("WHEN")) {
    const when = readExpression(cursor);
    cursor.expect("THEN");
    branches.push({ when, result: readExpression(cursor) });
  }
  const otherwise = cursor.accept("ELSE") ? readExpression(cursor) : null;
  cursor.expect("END");
  return { kind: "case", operand, branches, otherwise };
}

function readCast(cursor: SqlCursor): SqlExpression {
  const operand = readExpression(cursor);
  cursor.expect("AS");
  const type = readTypeName(cursor);
  cursor.expect(")");
  return cursor.dialect.cast(operand, type);
}

function readNamed(cursor: SqlCursor): SqlExpression {
  const first = cursor.peek();
  if (cursor.dialect.hasTypedStrings && first.kind === "word" && cursor.peek(1).kind === "text") {
    const type = cursor.next().value.toLowerCase();
    return cursor.dialect.cast(readOperand(cursor), type);
  }
  const isCall = cursor.peek(1).kind === "symbol" && cursor.peek(1).value === "(";
  if (first.kind === "word" && !isCall) {
    const value = cursor.dialect.word(first.value.toUpperCase());
    if (value !== null) {
      cursor.next();
      return value;
    }
  }
  return readName(cursor);
}

/** `column`, `table.column`, `schema.table.column` or `function(…)`. */
function readName(cursor: SqlCursor): SqlExpression {
  const { kind, quote } = cursor.peek();
  const parts = [cursor.name()];
  while (cursor.accept(".")) parts.push(cursor.name());
  if (cursor.accept("(")) return readCall(cursor, parts);
  const [name = "", table] = parts.toReversed();
  if (table === undefined && kind === "name") return cursor.dialect.quoted(name, quote);
  return { kind: "column", name, table: table ?? null };
}

function readCall(cursor: SqlCursor, parts: readonly string[]): SqlExpression {
  const name = parts.filter((part, index) => index > 0 || part !== "pg_catalog" || parts.length === 1).join(".");
  const isDistinct = cursor.accept("DISTINCT");
  const given = readArguments(cursor, name.toLowerCase());
  const follower = cursor.peek().value.toUpperCase();
  if (WINDOWS.includes(follower)) throw new Untranslatable(`${name}(…) ${follower} has no counterpart`);
  return cursor.dialect.call(name.toLowerCase(), given, isDistinct);
}

function readArguments(cursor: SqlCursor, name: string): readonly SqlExpression[] {
  if (cursor.isAt("SELECT")) throw new Untranslatable("a subquery has no counterpart");
  if (name === "count" && cursor.accept("*", ")")) return [];
  if (name === "trim") return readTrim(cursor);
  if (name === "extract") return readExtract(cursor);
  if (name === "position") return readPosition(cursor);
  const first = cursor.isAt(")") ? null : readExpression(cursor);
  if (first === null || name !== "substring" || cursor.isAt(",")) return readRest(cursor, first);
  return readSubstring(cursor, first);
}

function readRest(cursor: SqlCursor, first: SqlExpression | null): readonly SqlExpression[] {
  if (first === null || !cursor.accept(",")) {
    cursor.expect(")");
    return first === null ? [] : [first];
  }
  return [first, ...readList(cursor)];
}

/** `substring(x FROM 1 FOR 2)`. */
function readSubstring(cursor: SqlCursor, first: SqlExpression): readonly SqlExpression[] {
  cursor.expect("FROM");
  const start = readExpression(cursor);
  const length = cursor.accept("FOR") ? [readExpression(cursor)] : [];
  cursor.expect(")");
  return [first, start, ...length];
}

/** `trim(BOTH 'x' FROM name)`, or as any other call. */
function readTrim(cursor: SqlCursor): readonly SqlExpression[] {
  if (cursor.isAt("LEADING") || cursor.isAt("TRAILING")) throw cursor.unexpected();
  cursor.accept("BOTH");
  if (cursor.accept("FROM")) return readList(cursor);
  const first = readExpression(cursor);
  if (!cursor.accept("FROM")) return readRest(cursor, first);
  return [...readList(cursor), first];
}

/** `extract(epoch FROM x)`: what is asked for comes first, as a text. */
function readExtract(cursor: SqlCursor): readonly SqlExpression[] {
  const field = cursor.next().value.toLowerCase();
  cursor.expect("FROM");
  return [{ kind: "literal", value: { kind: "text", text: field } }, ...readList(cursor)];
}

/** `position(a IN x)`: the text that is searched comes first. */
function readPosition(cursor: SqlCursor): readonly SqlExpression[] {
  const sought = readExpression(cursor, cursor.dialect.powers.in + 1);
  cursor.expect("IN");
  return [...readList(cursor), sought];
}
