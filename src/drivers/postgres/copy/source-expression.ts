import type { SourceExpression } from "../../copy-source-model.js";
import type { ColumnFacts } from "./column-facts.js";
import { parseExpression } from "./parse-expression.js";
import type { TextOrder } from "./text-order.js";

/** Reads the expressions of a table with these columns. */
export function expressionReader(
  columns: readonly ColumnFacts[],
  textOrder: TextOrder,
): (sql: string) => SourceExpression {
  const padded = columns.filter(({ isPadded }) => isPadded).map(({ name }) => mentionOf(name));
  return (sql) => {
    if (!padded.some((mention) => mention.test(sql))) return { sql, parsed: parseExpression(sql, textOrder) };
    return {
      sql,
      parsed: { isParsed: false, reason: "char(n) is compared and measured without the blanks at its end" },
    };
  };
}

/** A text that may name such a column: rather once too often than not at all. */
function mentionOf(name: string): RegExp {
  const literal = name.replaceAll('"', '""').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\w$])${literal}(?![\\w$])`);
}
