import type { Connection } from "./connection.js";
import type { ScriptStatement } from "./script-splitter.js";
import { statementText } from "./statement-text.js";

/** Statements that end where the splitter says for certain, so that nothing after their end can hide in them. */
const PLAIN = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE"]);

/** Runs one statement of a script; false when its bytes cannot be said in text. */
export function runStatement(
  connection: Connection,
  { bytes }: Pick<ScriptStatement, "bytes">,
  keyword: string,
): boolean {
  const isInsert = keyword === "INSERT" || keyword === "REPLACE";
  const text = statementText(bytes, () => isInsert && connection.text("PRAGMA encoding") === "UTF-8");
  if (text === null) return false;
  runText(connection, text, keyword);
  return true;
}

/** Anything but a plain statement is prepared, which fails when there is a second one behind it. */
function runText({ db }: Connection, sql: string, keyword: string): void {
  if (PLAIN.has(keyword)) {
    db.exec(sql);
    return;
  }
  const statement = db.prepare(sql);
  if (!statement.reader) statement.run();
  else for (const _row of statement.raw().iterate());
}
