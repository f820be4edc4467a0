import { messageOf } from "../../lib/core/errors.js";
import type { SourceCondition } from "../snapshot-model.js";
import type { Connection } from "./connection.js";
import { isDamage, missingExtension } from "./errors.js";
import { quoteIdent } from "./quote-ident.js";
import { storedTables } from "./stored-tables.js";

const MOST_PROBLEMS = 100;

/** What a full-text index answers that keeps no content to compare itself with. */
const NOT_VALIDATED = /^unable to validate the inverted index for (.+): SQL logic error$/;

/**
 * SQLite's quick_check. A collation or module that only the application has is "not checked", not damage, and so is a
 * full-text index without content. Long work.
 */
export function conditionOf(connection: Connection): SourceCondition {
  const whole = checked(connection, "");
  if (!whole.isCutShort) return judge([whole]);
  return judge([whole, ...tableNames(connection).map((name) => checked(connection, `(${quoteIdent(name)})`))]);
}

interface Checked {
  readonly problems: readonly string[];
  readonly notChecked: readonly string[];
  /** What is missing kept it from looking at all the rest. */
  readonly isCutShort: boolean;
}

function checked(connection: Connection, argument: string): Checked {
  try {
    const limit = argument === "" ? `(${MOST_PROBLEMS})` : argument;
    const rows = connection.rows<{ quick_check: string }>(`PRAGMA quick_check${limit}`).map((row) => row.quick_check);
    const missing = rows.flatMap((row) => missingExtension(new Error(row)) ?? []);
    const notValidated = rows.flatMap((row) => NOT_VALIDATED.exec(row)?.[1] ?? []);
    const isProblem = (row: string): boolean =>
      row !== "ok" && missingExtension(new Error(row)) === null && !NOT_VALIDATED.test(row);
    // The tables are then looked at one by one, and what else is wrong shows there.
    const isCutShort = missing.length > 0;
    return {
      problems: isCutShort && argument === "" ? [] : rows.filter(isProblem),
      notChecked: [...missing, ...notValidated],
      isCutShort,
    };
  } catch (error) {
    const missing = missingExtension(error);
    if (missing !== null) return { problems: [], notChecked: [missing], isCutShort: true };
    if (isDamage(error)) return { problems: [messageOf(error)], notChecked: [], isCutShort: false };
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

function judge(parts: readonly Checked[]): SourceCondition {
  const problems = parts.flatMap((part) => part.problems);
  const notChecked = [...new Set(parts.flatMap((part) => part.notChecked))].map((name) => `not checked: ${name}`);
  if (problems.length > 0) return { state: "damaged", details: [...problems, ...notChecked] };
  return { state: notChecked.length > 0 ? "unchecked" : "sound", details: notChecked };
}
