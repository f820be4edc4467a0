import { bareStatement } from "../bare-statement.js";
import type { Session } from "../session.js";
import { copiedRows } from "./copied-rows.js";
import { fieldValue, splitFields } from "./fields.js";

const SET_PATH = "SELECT pg_catalog.set_config('search_path', $1, false)";

/**
 * The rows of a statement of the user's, in the order in which it gives them; cells as canonical texts. `path` is the
 * search_path that it is written for. DB.REFUSED.
 */
export async function queryCells(
  session: Session,
  sql: string,
  path: string,
): Promise<readonly (readonly (string | null)[])[]> {
  await session.query(SET_PATH, [path]);
  const rows: (readonly (string | null)[])[] = [];
  for await (const batch of copiedRows(session, `COPY (\n${bareStatement(sql)}\n) TO STDOUT`, "run the query")) {
    const lines = batch.bytes.toString("utf8").split("\n");
    rows.push(...lines.slice(0, batch.rows).map((line) => splitFields(line).map(fieldValue)));
  }
  await session.query(SET_PATH, [""]);
  return rows;
}
