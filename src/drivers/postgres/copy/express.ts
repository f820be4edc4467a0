import { writePart, writeValue } from "../../../lib/core/sql-assignment.js";
import type { SqlExpression } from "../../../lib/core/sql-expression.js";
import type { SqlWriting } from "../../../lib/core/sql-writing.js";
import { written } from "../../../lib/core/sql-written.js";
import type { Expressed, ExpressionScope, ScopeColumn } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import { columnTerm } from "./column-term.js";
import { POSTGRES_SPELLING } from "./spelling.js";

/**
 * Writes another engine's expression: a value for the column, in parentheses unless it is a literal, or without a column a
 * condition or part of an index. Only what means the same here.
 */
export function express(expression: SqlExpression, scope: ExpressionScope, wanted: ScopeColumn | null): Expressed {
  const term = (column: ScopeColumn) => columnTerm(column, quoteIdent(column.name));
  const writing: SqlWriting = {
    spelling: POSTGRES_SPELLING,
    isSelect: false,
    column: (name, table) => {
      const column = scope.column(name, table);
      return column === null ? null : term(column);
    },
  };
  return written(() =>
    wanted === null ? writePart(expression, writing) : writeValue(expression, term(wanted), writing),
  );
}
