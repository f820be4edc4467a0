import type { SqlCursor } from "./sql-cursor.js";
import type { SqlExpression, SqlOrder, SqlRelation, SqlSelect } from "./sql-expression.js";
import { readExpression } from "./sql-parser.js";
import { CLAUSES, readRelations } from "./sql-relations.js";
import { Untranslatable } from "./untranslatable.js";

/** The columns of a relation of that name, in order; null when there is none. */
export type ColumnsOf = (relation: string) => readonly string[] | null;

type Item =
  | { readonly kind: "column"; readonly expression: SqlExpression; readonly name: string }
  /** All columns of one relation, or of all. */
  | { readonly kind: "star"; readonly table: string | null };

/** Reads `CREATE VIEW … AS SELECT …` or the SELECT alone. Untranslatable. */
export function readView(cursor: SqlCursor, columnsOf: ColumnsOf): SqlSelect {
  const names = readHead(cursor);
  const select = readSelect(cursor, columnsOf);
  cursor.accept(";");
  if (names === null) return select;
  if (names.length !== select.columns.length) throw new Untranslatable("it names other columns than it selects");
  return {
    ...select,
    columns: select.columns.map((column, index) => ({ ...column, name: names[index] ?? column.name })),
  };
}

/** Up to the SELECT; the names that the view gives its columns. */
function readHead(cursor: SqlCursor): readonly string[] | null {
  if (!cursor.accept("CREATE")) return null;
  if (!cursor.accept("TEMP")) cursor.accept("TEMPORARY");
  cursor.expect("VIEW");
  cursor.accept("IF", "NOT", "EXISTS");
  cursor.name();
  if (cursor.accept(".")) cursor.name();
  const names = cursor.accept("(") ? readNames(cursor) : null;
  cursor.expect("AS");
  return names;
}

function readNames(cursor: SqlCursor): readonly string[] {
  const names = [cursor.name()];
  while (cursor.accept(",")) names.push(cursor.name());
  cursor.expect(")");
  return names;
}

function readSelect(cursor: SqlCursor, columnsOf: ColumnsOf): SqlSelect {
  cursor.expect("SELECT");
  const isDistinct = cursor.accept("DISTINCT");
  if (isDistinct && cursor.isAt("ON")) throw new Untranslatable("DISTINCT ON has no counterpart");
  if (!isDistinct) cursor.accept("ALL");
  const items = readItems(cursor);
  const from = cursor.accept("FROM") ? readRelations(cursor) : [];
  const columns = items.flatMap((item) => (item.kind === "column" ? [item] : spread(item.table, from, columnsOf)));
  const where = cursor.accept("WHERE") ? readExpression(cursor) : null;
  const groupBy = cursor.accept("GROUP", "BY") ? readGroups(cursor, columns) : [];
  const having = cursor.accept("HAVING") ? readExpression(cursor) : null;
  const orderBy = cursor.accept("ORDER", "BY") ? readOrders(cursor, columns) : [];
  const named = columns.map(({ expression, name }) => ({ expression, name }));
  return { isDistinct, columns: named, from, where, groupBy, having, orderBy };
}

function readItems(cursor: SqlCursor): readonly Item[] {
  const items = [readItem(cursor)];
  while (cursor.accept(",")) items.push(readItem(cursor));
  return items;
}

function readItem(cursor: SqlCursor): Item {
  if (cursor.accept("*")) return { kind: "star", table: null };
  const first = cursor.peek();
  if (cursor.peek(1).value === "." && cursor.peek(2).kind === "symbol" && cursor.peek(2).value === "*") {
    const table = cursor.name();
    cursor.accept(".", "*");
    return { kind: "star", table };
  }
  const expression = readExpression(cursor);
  const own = expression.kind === "column" ? expression.name : cursor.textFrom(first);
  const { kind, value } = cursor.peek();
  const isNamed = cursor.accept("AS") || kind === "name" || (kind === "word" && !CLAUSES.has(value.toUpperCase()));
  return { kind: "column", expression, name: isNamed ? cursor.name() : own };
}

function spread(
  table: string | null,
  from: readonly SqlRelation[],
  columnsOf: ColumnsOf,
): readonly Extract<Item, { readonly kind: "column" }>[] {
  const chosen = from.filter((relation) => table === null || isSame(relation.alias ?? relation.name, table));
  return chosen.flatMap((relation) => {
    const columns = columnsOf(relation.name);
    if (columns === null)
      throw new Untranslatable(`"*" stands for the columns of ${relation.name}, which are not known`);
    const name = relation.alias ?? relation.name;
    return columns.map((column) => ({
      kind: "column" as const,
      expression: { kind: "column" as const, name: column, table: name },
      name: column,
    }));
  });
}

function readGroups(cursor: SqlCursor, columns: SqlSelect["columns"]): readonly SqlExpression[] {
  const groups: SqlExpression[] = [];
  do groups.push(meant(readExpression(cursor), columns, false));
  while (cursor.accept(","));
  return groups;
}

function readOrders(cursor: SqlCursor, columns: SqlSelect["columns"]): readonly SqlOrder[] {
  const orders: SqlOrder[] = [];
  do orders.push(readOrder(cursor, columns));
  while (cursor.accept(","));
  return orders;
}

function readOrder(cursor: SqlCursor, columns: SqlSelect["columns"]): SqlOrder {
  const expression = meant(readExpression(cursor), columns, true);
  const isDescending = cursor.accept("DESC");
  if (!isDescending) cursor.accept("ASC");
  const { nullsAscending, ordered } = cursor.dialect;
  const usual = isDescending === (nullsAscending === "first") ? "last" : "first";
  const nulls = cursor.accept("NULLS", "FIRST") ? "first" : cursor.accept("NULLS", "LAST") ? "last" : usual;
  return { expression: ordered(expression), isDescending, nulls };
}

/** A position in the list of columns, or the name of one of them, stands for what is selected there. */
function meant(expression: SqlExpression, columns: SqlSelect["columns"], canBeName: boolean): SqlExpression {
  if (expression.kind === "literal" && expression.value.kind === "integer") {
    return columns[Number(expression.value.text) - 1]?.expression ?? expression;
  }
  if (!canBeName || expression.kind !== "column" || expression.table !== null) return expression;
  return columns.find(({ name }) => isSame(name, expression.name))?.expression ?? expression;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
