import { defineCheck } from "../check.js";
import { DATABASE, measured } from "../judge.js";

export const databaseSize = defineCheck({
  id: "database.size",
  needs: ["size"],
  detects: "nothing by itself: it records the size of the database",
  escalates: "never",
  ignores: null,
  defaults: { bytes: { unit: "By", warn: null, crit: null } },
  evaluate: (facts, { bytes }) => ({
    measures: [measured("bytes", bytes, { value: facts.get("size").bytes, object: DATABASE })],
    findings: [],
  }),
});
