import type { PostgresFact } from "./postgres-fact.js";

export const transactionAgesFact: PostgresFact<"transactionAges"> = {
  name: "transactionAges",
  sql: () =>
    "SELECT datname::text AS name, age(datfrozenxid) AS transactions, mxid_age(datminmxid) AS members FROM pg_database",
  read: (rows) => ({
    databases: rows.map(({ name, transactions, members }) => ({
      name: String(name),
      transactions: Number(transactions),
      members: Number(members),
    })),
  }),
};
