import type { SqlCursor } from "./sql-cursor.js";
import type { CompareOperator, SqlExpression } from "./sql-expression.js";
import { readExpression } from "./sql-parser.js";
import { readTypeName } from "./sql-type-name.js";
import { Untranslatable } from "./untranslatable.js";

/** Reads `ANY (ARRAY[…])` and `ALL (ARRAY[…])` behind a comparison, which is IN and NOT IN in other words. */
export function readAnyOf(cursor: SqlCursor, operand: SqlExpression, operator: CompareOperator): SqlExpression {
  const quantifier = cursor.next().value.toUpperCase();
  const isIn = quantifier === "ANY" && operator === "=";
  if (!isIn && !(quantifier === "ALL" && operator === "<>"))
    throw new Untranslatable(`${operator} ${quantifier} has no counterpart`);
  return { kind: "in", operand, list: readArray(cursor), isNegated: !isIn };
}

function readArray(cursor: SqlCursor): readonly SqlExpression[] {
  let list: readonly SqlExpression[];
  if (cursor.accept("(")) {
    list = readArray(cursor);
    cursor.expect(")");
  } else if (cursor.accept("ARRAY", "[")) list = readElements(cursor);
  else if (cursor.peek().kind === "text") list = elementsOf(cursor.next().value);
  else throw cursor.unexpected();
  if (!cursor.accept("::")) return list;
  const type = readTypeName(cursor);
  if (!type.endsWith("[]")) throw new Untranslatable(`an array as ${type} has no counterpart`);
  return list.map((element) => cursor.dialect.cast(element, type.slice(0, -2)));
}

function readElements(cursor: SqlCursor): readonly SqlExpression[] {
  const list = [readExpression(cursor)];
  while (cursor.accept(",")) list.push(readExpression(cursor));
  cursor.expect("]");
  return list;
}

/** The elements of `{a,"b c",NULL}`. */
function elementsOf(text: string): readonly SqlExpression[] {
  if (!/^\{(?:(?:"(?:[^"\\]|\\.)*"|[^"{},\\]+)(?:,(?!\})|(?=\})))+\}$/s.test(text)) {
    throw new Untranslatable(`the array ${text} has no counterpart`);
  }
  return [...text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)].map(([, quoted, plain = ""]) => {
    if (quoted === undefined && plain.toUpperCase() === "NULL") return { kind: "literal", value: { kind: "null" } };
    return { kind: "literal", value: { kind: "text", text: quoted?.replaceAll(/\\(.)/gs, "$1") ?? plain.trim() } };
  });
}
