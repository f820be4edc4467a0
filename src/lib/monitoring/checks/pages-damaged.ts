import { formatCount, formatNumberOf } from "../../core/units.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

export const pagesDamaged = defineCheck({
  id: "pages.damaged",
  needs: ["checksums"],
  detects: "pages whose checksum is not that of what was written: the disk or memory has changed them",
  escalates: "at once: one is critical",
  ignores: "servers without checksums: it does not apply there, and says so",
  defaults: { failures: { unit: "total", warn: null, crit: 0 } },
  evaluate: (facts, { failures }) => {
    const { databases } = facts.get("checksums");
    const count = databases.reduce((sum, database) => sum + database.failures, 0);
    const worst = databases.toSorted((a, b) => b.failures - a.failures)[0];
    const measures = [measured("failures", failures, { value: count })];
    return atMostOne(measures, above(count, failures), () => ({
      class: "damage",
      object: { kind: "database", schema: null, name: worst?.name ?? "*", part: null },
      title: `${formatNumberOf("page", count)} failed the checksum`,
      evidence: databases
        .filter((database) => database.failures > 0)
        .map((database) => `${database.name}: ${formatCount(database.failures)}`)
        .join(", "),
      why: "What is read from such a page is not what was written. Take no more writes, and restore a proven backup beside it.",
      count,
      measure: "failures",
    }));
  },
});
