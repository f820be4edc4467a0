import { formatCount } from "../../core/units.js";
import type { Found } from "../check.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

/** Transaction numbers compare modulo 2^32: half of them are "in the past". */
const NUMBERS = 2 ** 31;

export const transactionsWraparound = defineCheck({
  id: "transactions.wraparound",
  needs: ["transactionAges"],
  detects: "databases whose oldest row is half way to the age at which the server stops taking writes",
  escalates: "with the share of 2^31 transaction numbers that are used up, of transactions and of row lockers alike",
  ignores: "that autovacuum begins to freeze at 10 %: that is its normal work",
  defaults: { age: { unit: "ratio", warn: 0.5, crit: 0.75 } },
  evaluate: (facts, { age }) => {
    const shares = facts.get("transactionAges").databases.map(({ name, transactions, members }) => ({
      name,
      transactions,
      members,
      share: Math.max(transactions, members) / NUMBERS,
    }));
    const findings = shares.flatMap(({ name, transactions, members, share }): Found[] => {
      const severity = above(share, age);
      if (severity === null) return [];
      return [
        {
          severity,
          class: "upkeep",
          object: { kind: "database", schema: null, name, part: null },
          title: `${name} has used up ${Math.round(share * 100)} % of its transaction numbers`,
          evidence: `its oldest transaction is ${formatCount(transactions)} old, its oldest row lock ${formatCount(members)}, of ${formatCount(NUMBERS)}`,
          why: "At 100 % the server takes no more writes until old rows are frozen; find what keeps autovacuum from it.",
          certainty: "measured",
          count: 1,
          examples: [],
          measure: "age",
          remedies: [{ kind: "freeze", database: name }],
        },
      ];
    });
    const worst = Math.max(0, ...shares.map(({ share }) => share));
    return { measures: [measured("age", age, { value: worst, max: 1 })], findings };
  },
});
