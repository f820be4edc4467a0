import type { SqlSelect } from "../../../lib/core/sql-expression.js";
import { writeSelect } from "../../../lib/core/sql-select-writer.js";
import { written } from "../../../lib/core/sql-written.js";
import type { Expressed, ExpressionScope } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import { columnTerm } from "./column-term.js";
import { SQLITE_SPELLING } from "./spelling.js";

/** Writes another engine's SELECT; its rows must still be compared. */
export function expressSelect(select: SqlSelect, scope: ExpressionScope): Expressed {
  const names = {
    relation: (relation: { readonly schema: string | null; readonly name: string }) => {
      const name = scope.relation({ schema: relation.schema, name: relation.name });
      return name === null ? null : quoteIdent(name.name);
    },
    column: (name: string, relation: string, qualifier: string) => {
      const column = scope.column(name, relation);
      return column === null ? null : columnTerm(column, `${quoteIdent(qualifier)}.${quoteIdent(column.name)}`);
    },
  };
  return written(() => writeSelect(select, names, SQLITE_SPELLING));
}
