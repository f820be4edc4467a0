import type { IndexDefinition, ReferenceDefinition } from "../../../drivers/fact-model.js";
import { qualifiedName } from "../../core/named.js";
import { formatCount } from "../../core/units.js";
import type { Found } from "../check.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

export const foreignKeysUnindexed = defineCheck({
  id: "foreign-keys.unindexed",
  needs: ["foreignKeys", "indexes"],
  detects: "foreign keys without an index on the referring columns: a delete in the parent reads the whole child",
  escalates: "from information to a warning with the rows of the child, where they are known",
  ignores: "indexes on some of the rows, or with other columns first: they do not help",
  defaults: { rows: { unit: "count", warn: 10_000, crit: null } },
  evaluate: (facts, { rows }) => {
    const { indexes } = facts.get("indexes");
    const bare = facts.get("foreignKeys").foreignKeys.filter((key) => !indexes.some((index) => serves(index, key)));
    const most = Math.max(0, ...bare.map((key) => key.rows ?? 0));
    return {
      measures: [measured("rows", rows, { value: most, certainty: "estimated" })],
      findings: bare.map((key): Found => {
        const name = qualifiedName({ schema: key.schema, name: key.table });
        const { schema, table, columns } = key;
        return {
          severity: above(key.rows ?? 0, rows) ?? "info",
          class: "upkeep",
          object: { kind: "table", schema, name: table, part: columns.join(",") },
          title: `the foreign key ${name} (${columns.join(", ")}) has no index`,
          evidence: `it refers to ${key.parent}; ${name} has ${key.rows === null ? "an unknown number of" : `about ${formatCount(Math.round(key.rows))}`} rows`,
          why: "Each row that is deleted or renumbered in the parent costs a read of the whole child.",
          certainty: "measured",
          count: 1,
          examples: [],
          measure: "rows",
          remedies: [{ kind: "createIndex", schema, table, columns }],
        };
      }),
    };
  },
});

/** An index helps when its first columns are those of the key, in whatever order. */
function serves(index: IndexDefinition, { schema, table, columns }: ReferenceDefinition): boolean {
  if (index.schema !== schema || index.table !== table || index.isPartial || !index.isValid) return false;
  const first = new Set(index.columns.slice(0, columns.length));
  return columns.every((column) => first.has(column));
}
