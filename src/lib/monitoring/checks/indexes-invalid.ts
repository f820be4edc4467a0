import { qualifiedName } from "../../core/named.js";
import type { Found } from "../check.js";
import { defineCheck } from "../check.js";

export const indexesInvalid = defineCheck({
  id: "indexes.invalid",
  needs: ["indexes"],
  detects: "indexes that an interrupted build has left: every write maintains them, no query uses them",
  escalates: "never",
  ignores: "indexes that are being built now",
  defaults: {},
  evaluate: (facts) => ({
    measures: [],
    findings: facts
      .get("indexes")
      .indexes.filter(({ isValid }) => !isValid)
      .map(
        ({ schema, name, table }): Found => ({
          severity: "warning",
          class: "upkeep",
          object: { kind: "index", schema, name, part: null },
          title: `the index ${qualifiedName({ schema, name })} is invalid`,
          evidence: `it is an index of ${table} that was not built to its end`,
          why: "A unique one upholds nothing, and all of them cost every write.",
          certainty: "measured",
          count: 1,
          examples: [],
          measure: null,
          remedies: [{ kind: "dropIndex", schema, name }],
        }),
      ),
  }),
});
