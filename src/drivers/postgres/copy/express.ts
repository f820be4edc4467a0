import { writePart, writeValue } from "../../../lib/core/sql-assignment.js";
import type { SqlExpression } from "../../../lib/core/sql-expression.js";
import type { SqlColumn, SqlTerm } from "../../../lib/core/sql-term.js";
import { writeTerm } from "../../../lib/core/sql-writer.js";
import type { SqlWriting } from "../../../lib/core/sql-writing.js";
import { written } from "../../../lib/core/sql-written.js";
import { Untranslatable } from "../../../lib/core/untranslatable.js";
import type { Expressed, ExpressionScope, ScopeColumn } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import { columnTerm } from "./column-term.js";
import { POSTGRES_SPELLING } from "./spelling.js";

/**
 * Writes another engine's expression: a value for the column, in parentheses unless it is a literal, or without a column a
 * condition or part of an index. Only what means the same here.
 */
export function express(expression: SqlExpression, scope: ExpressionScope, wanted: ScopeColumn | null): Expressed {
  const writing: SqlWriting = {
    spelling: POSTGRES_SPELLING,
    isSelect: false,
    column: (name, table) => {
      const column = scope.column(name, table);
      if (column === null) return null;
      return wanted === null || column.generated === undefined
        ? termOf(column)
        : generatedTerm(column, column.generated, writing);
    },
  };
  return written(() =>
    wanted === null ? writePart(expression, writing) : writeValue(expression, termOf(wanted), writing),
  );
}

function termOf(column: ScopeColumn): SqlColumn {
  return columnTerm(column, quoteIdent(column.name));
}

/** A generated value may not read another one: it reads what that is made of. */
function generatedTerm(column: ScopeColumn, generated: SqlExpression, writing: SqlWriting): SqlTerm {
  const [term, made] = [termOf(column), writeTerm(generated, writing)];
  if (made.domain !== term.domain) throw new Untranslatable(`it reads ${column.name}, which is generated`);
  return { ...term, sql: made.sql, isWide: made.isWide };
}
