import type { Session, SqlRow } from "../session.js";

/** What texts are ordered by where no collation is named. */
export type TextOrder = "bytes" | "language";

const BY_BYTES = new Set(["C", "POSIX", "C.UTF-8", "C.utf8", "PG_C_UTF8"]);

/** The database's own order. */
export async function readTextOrder(session: Session): Promise<TextOrder> {
  const { collation } = await session.one<SqlRow & { readonly collation: string }>(
    "SELECT datcollate AS collation FROM pg_database WHERE datname = current_database()",
  );
  return BY_BYTES.has(collation) ? "bytes" : "language";
}
