import type { PostgresFact } from "./postgres-fact.js";

export const probeFact: PostgresFact<"probe"> = {
  name: "probe",
  sql: () => "SELECT 1",
  read: (_rows, { connectMs, answerMs }) => ({ connectMs, answerMs }),
};
