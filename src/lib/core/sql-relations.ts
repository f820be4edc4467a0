import type { SqlCursor } from "./sql-cursor.js";
import type { SqlExpression, SqlRelation } from "./sql-expression.js";
import { readExpression } from "./sql-parser.js";
import { Untranslatable } from "./untranslatable.js";

/** Words that are no alias without AS. */
export const CLAUSES: ReadonlySet<string> = new Set([
  ...["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "WINDOW", "FOR", "TABLESAMPLE"],
  ...["UNION", "INTERSECT", "EXCEPT", "AS", "ON", "USING", "INDEXED", "NOT"],
  ...["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS", "NATURAL"],
]);

type JoinKind = NonNullable<SqlRelation["join"]>["kind"];

/** Reads what follows FROM: relations, each joined to all before it. */
export function readRelations(cursor: SqlCursor): readonly SqlRelation[] {
  const relations = [...readFirst(cursor)];
  for (;;) {
    const kind = readJoinKind(cursor);
    if (kind === null) return relations;
    const relation = readOne(cursor);
    relations.push({ ...relation, join: { kind, on: kind === "cross" ? null : readCondition(cursor, relation) } });
  }
}

/** Parentheses around the first joins change nothing: joins are done from the left. */
function readFirst(cursor: SqlCursor): readonly SqlRelation[] {
  if (!cursor.accept("(")) return [readOne(cursor)];
  if (cursor.isAt("SELECT")) throw new Untranslatable("a subquery has no counterpart");
  const relations = readRelations(cursor);
  cursor.expect(")");
  return relations;
}

function readOne(cursor: SqlCursor): SqlRelation {
  if (cursor.isAt("(")) throw new Untranslatable("a join or subquery in parentheses has no counterpart");
  const first = cursor.name();
  const second = cursor.accept(".") ? cursor.name() : null;
  if (cursor.isAt("(")) throw new Untranslatable(`the function ${second ?? first}() has no counterpart`);
  const { kind, value } = cursor.peek();
  const isNamed = cursor.accept("AS") || kind === "name" || (kind === "word" && !CLAUSES.has(value.toUpperCase()));
  const alias = isNamed ? cursor.name() : null;
  return { schema: second === null ? null : first, name: second ?? first, alias, join: null };
}

function readJoinKind(cursor: SqlCursor): JoinKind | null {
  if (cursor.accept(",") || cursor.accept("CROSS", "JOIN")) return "cross";
  if (cursor.accept("LEFT", "OUTER", "JOIN") || cursor.accept("LEFT", "JOIN")) return "left";
  return cursor.accept("INNER", "JOIN") || cursor.accept("JOIN") ? "inner" : null;
}

/** ON, or USING as what it stands for; null without either. */
function readCondition(cursor: SqlCursor, { alias, name }: SqlRelation): SqlExpression | null {
  if (cursor.accept("ON")) return readExpression(cursor);
  if (!cursor.accept("USING", "(")) return null;
  let condition = sameColumn(cursor.name(), alias ?? name);
  while (cursor.accept(",")) {
    condition = { kind: "logic", operator: "and", left: condition, right: sameColumn(cursor.name(), alias ?? name) };
  }
  cursor.expect(")");
  return condition;
}

/** A name without a table is that of the first relation that has it. */
function sameColumn(name: string, table: string): SqlExpression {
  const left: SqlExpression = { kind: "column", name, table: null };
  return { kind: "compare", operator: "=", left, right: { kind: "column", name, table } };
}
