import type { IndexDefinition } from "../../../drivers/fact-model.js";
import { qualifiedName } from "../../core/named.js";
import { formatBytes } from "../../core/units.js";
import type { Found } from "../check.js";
import { defineCheck } from "../check.js";
import { above } from "../judge.js";

export const indexesRedundant = defineCheck({
  id: "indexes.redundant",
  needs: ["indexes"],
  detects: "indexes whose whole key is the beginning of another one's, in the same order and with the same rules",
  escalates: "from information to a warning with the size of the index",
  ignores:
    "indexes that uphold a constraint or uniqueness, and expressions where the database does not tell them apart",
  defaults: { bytes: { unit: "By", warn: 10 * 2 ** 20, crit: null } },
  evaluate: (facts, { bytes }) => {
    const { indexes } = facts.get("indexes");
    const redundant = indexes.flatMap((index) => {
      const better = indexes.find((other) => covers(other, index));
      return better === undefined ? [] : [{ index, better }];
    });
    const sizes = redundant.map(({ index }) => index.bytes);
    const known = sizes.filter((size) => size !== null);
    return {
      measures: [
        {
          name: "bytes",
          value: known.length === 0 && sizes.length > 0 ? null : known.reduce((sum, size) => sum + size, 0),
          ...bytes,
          min: 0,
          max: null,
          certainty: known.length < sizes.length ? "unknown" : "estimated",
          object: null,
        },
      ],
      findings: redundant.map(
        ({ index, better }): Found => ({
          severity: above(index.bytes ?? 0, bytes) ?? "info",
          class: "upkeep",
          object: { kind: "index", schema: index.schema, name: index.name, part: null },
          title: `the index ${qualifiedName(index)} is not needed beside ${better.name}`,
          evidence: `${spelled(index)} is the beginning of ${spelled(better)}${index.bytes === null ? "" : `; it has ${formatBytes(index.bytes)}`}`,
          why: "Every write maintains it, and the longer one answers the same questions.",
          certainty: "measured",
          count: 1,
          examples: [],
          measure: "bytes",
          remedies: [{ kind: "dropIndex", schema: index.schema, name: index.name }],
        }),
      ),
    };
  },
});

/** Whether `other` does all that `index` does; of two that are alike, the one that must stay or comes first. */
function covers(other: IndexDefinition, index: IndexDefinition): boolean {
  if (other.schema !== index.schema || other.table !== index.table || other.name === index.name) return false;
  if (index.isConstraint || index.isUnique || !other.isValid || other.form !== index.form) return false;
  if (!index.key.every((part, place) => other.key[place] === part)) return false;
  const isLonger = other.key.length > index.key.length;
  return isLonger || other.isConstraint || other.isUnique || other.name < index.name;
}

function spelled({ name, columns }: IndexDefinition): string {
  return `${name} (${columns.map((column) => column ?? "an expression").join(", ")})`;
}
