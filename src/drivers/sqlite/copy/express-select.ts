import type { SqlSelect } from "../../../lib/core/sql-expression.js";
import type { Expressed, ExpressionScope } from "../../copy-target-model.js";

export function expressSelect(_select: SqlSelect, _scope: ExpressionScope): Expressed {
  return { isExpressed: false, reason: "not yet" };
}
