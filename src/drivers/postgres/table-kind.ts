import type { Table } from "../schema-model.js";

/** What a row of pg_class says of a table. */
export interface TableClass {
  readonly relkind: string;
  /** pg_class.relispartition. */
  readonly partition: boolean;
}

/** How the model calls a table. */
export function tableKind({ relkind, partition }: TableClass): Table["kind"] {
  if (relkind === "f") return "foreign";
  // Also one that has partitions of its own: its rows are read with the root's.
  if (partition) return "partition";
  return relkind === "p" ? "partitioned" : "table";
}
