import { messageOf } from "../../lib/core/errors.js";
import type { SourceCondition } from "../snapshot-model.js";
import type { Connection } from "./connection.js";
import { isDamage, missingExtension } from "./errors.js";
import { quoteIdent } from "./quote-ident.js";
import { storedTables } from "./stored-tables.js";

const MOST_PROBLEMS = 100;

/** SQLite's quick_check; a collation or module that only the application has is "not checked", not damage. Long work. */
export function conditionOf(connection: Connection): SourceCondition {
  const whole = checked(connection, "");
  if (whole.missing === null) return judge(whole.problems, []);
  const parts = tableNames(connection).map((name) => checked(connection, `(${quoteIdent(name)})`));
  const missing = [whole, ...parts].flatMap((part) => (part.missing === null ? [] : [part.missing]));
  return judge(
    parts.flatMap((part) => part.problems),
    [...new Set(missing)],
  );
}

interface Checked {
  readonly problems: readonly string[];
  readonly missing: string | null;
}

function checked(connection: Connection, argument: string): Checked {
  try {
    const limit = argument === "" ? `(${MOST_PROBLEMS})` : argument;
    const rows = connection.rows<{ quick_check: string }>(`PRAGMA quick_check${limit}`).map((row) => row.quick_check);
    const missing = rows.map((row) => missingExtension(new Error(row))).find((name) => name !== null) ?? null;
    return { problems: rows.filter((row) => row !== "ok" && missingExtension(new Error(row)) === null), missing };
  } catch (error) {
    const missing = missingExtension(error);
    if (missing !== null) return { problems: [], missing };
    if (isDamage(error)) return { problems: [messageOf(error)], missing: null };
    throw error;
  }
}

function tableNames(connection: Connection): readonly string[] {
  try {
    return storedTables(connection).map(({ name }) => name);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

function judge(problems: readonly string[], missing: readonly string[]): SourceCondition {
  const notChecked = missing.map((name) => `not checked: ${name}`);
  if (problems.length > 0) return { state: "damaged", details: [...problems, ...notChecked] };
  return { state: notChecked.length > 0 ? "unchecked" : "sound", details: notChecked };
}
