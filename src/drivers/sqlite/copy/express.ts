import type { SqlExpression } from "../../../lib/core/sql-expression.js";
import type { Expressed, ExpressionScope, ScopeColumn } from "../../copy-target-model.js";

export function express(_expression: SqlExpression, _scope: ExpressionScope, _wanted: ScopeColumn | null): Expressed {
  return { isExpressed: false, reason: "not yet" };
}
