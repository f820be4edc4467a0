import type { PostgresFact } from "./postgres-fact.js";

/** The server looks at its files and takes no lock on any table. */
export const sizeFact: PostgresFact<"size"> = {
  name: "size",
  sql: () => "SELECT pg_database_size(current_database())::text AS bytes",
  read: ([row]) => ({ bytes: Number(row?.bytes ?? 0) }),
};
