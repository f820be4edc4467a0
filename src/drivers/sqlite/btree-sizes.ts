import type { Connection } from "./connection.js";
import type { BtreeSize } from "./worker-protocol.js";

/** Bytes of every table and index. Long work: SQLite walks over all pages. */
export function btreeSizes(connection: Connection): readonly BtreeSize[] {
  return connection
    .rows<{ name: string; pgsize: bigint }>("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE")
    .map(({ name, pgsize }) => ({ name, bytes: Number(pgsize) }));
}
