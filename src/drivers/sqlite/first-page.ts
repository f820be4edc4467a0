import { stat } from "node:fs/promises";
import { Connection } from "./connection.js";

/** A database that never had a table is a file of 0 bytes; it gets its first page, so that it can be told from nothing. */
export async function ensureFirstPage(path: string): Promise<void> {
  if ((await stat(path)).size > 0) return;
  using connection = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
  connection.db.pragma("user_version = 0");
}
