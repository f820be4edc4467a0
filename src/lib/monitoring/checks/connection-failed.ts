import { atMostOne } from "../at-most-one.js";
import { defineCheck } from "../check.js";

export const connectionFailed = defineCheck({
  id: "connection.failed",
  needs: ["reach"],
  detects: "that the database cannot be reached: no such host, refused, wrong password, missing or unreadable file",
  escalates: "at once: it is always critical",
  ignores: null,
  defaults: {},
  evaluate: (facts) => {
    const { error } = facts.get("reach");
    if (error === null) return { measures: [], findings: [] };
    const { message, why, hint } = error;
    return atMostOne([], "critical", () => ({
      class: "availability",
      title: message,
      evidence: why ?? message,
      why: hint ?? "Nothing can be said of a database that does not answer.",
    }));
  },
});
