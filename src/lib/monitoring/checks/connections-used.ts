import { worst } from "../../findings/severity-order.js";
import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";
import { above, measured } from "../judge.js";

export const connectionsUsed = defineCheck({
  id: "connections.used",
  needs: ["connections"],
  detects: "that connections run out",
  escalates: "with the share of those that clients may use, which are all without the ones kept for administrators",
  ignores: "absolute numbers: five hundred connections are much or little depending on the server",
  defaults: {
    used: { unit: "ratio", warn: 0.8, crit: 0.95 },
    count: { unit: "count", warn: null, crit: null },
  },
  evaluate: (facts, { used, count: number }) => {
    const { used: count, most, reserved } = facts.get("connections");
    const usable = Math.max(1, most - reserved);
    const share = count / usable;
    const severity = worst([above(share, used), above(count, number)]);
    const measures = [
      measured("used", used, { value: share, max: 1 }),
      measured("count", number, { value: count, max: usable }),
    ];
    return atMostOne(measures, severity, () => ({
      class: "capacity",
      title: `${Math.round(share * 100)} % of the connections are in use`,
      evidence: `${count} of ${usable} that clients may use; ${reserved} more are kept for administrators`,
      why: "When none is left, the application's next connection is refused.",
      measure: "used",
    }));
  },
});
