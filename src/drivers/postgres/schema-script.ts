import { DbopsError } from "../../lib/core/errors.js";
import { type SchemaStatement, schemaStatements } from "./schema-statements.js";
import type { Session } from "./session.js";

type Verdict = "run" | "skip" | "large object" | "new schema" | null;

const MADE =
  "(?:UNLOGGED )?(?:TABLE|SEQUENCE)|FOREIGN (?:TABLE|DATA WRAPPER)|SERVER|USER MAPPING|(?:UNIQUE )?INDEX|(?:RECURSIVE |MATERIALIZED )?VIEW|" +
  "SCHEMA|EXTENSION|TYPE|DOMAIN|FUNCTION|PROCEDURE|AGGREGATE|OPERATOR|CAST|COLLATION|(?:DEFAULT )?CONVERSION|(?:CONSTRAINT |EVENT )?TRIGGER|" +
  "RULE|POLICY|STATISTICS|TEXT SEARCH|(?:TRUSTED )?(?:PROCEDURAL )?LANGUAGE|TRANSFORM|ACCESS METHOD|PUBLICATION";
const COMMENTED = "COLUMN|CONSTRAINT|LARGE OBJECT";

/** What pg_dump writes of definitions, by the first words; the first line that fits counts. */
const VERDICTS: readonly (readonly [pattern: RegExp, verdict: Verdict])[] = [
  [/^(?:COMMENT ON|ALTER) LARGE OBJECT /, "large object"],
  // CREATE EXTENSION sets it, and only the extension's owner may.
  [/^COMMENT ON EXTENSION /, "skip"],
  [/^CREATE SCHEMA (?!IF |AUTHORIZATION )/, "new schema"],
  [new RegExp(`^CREATE (?:OR REPLACE )?(?:${MADE})\\b`), "run"],
  [new RegExp(`^ALTER (?:${MADE})\\b`), "run"],
  [new RegExp(`^(?:COMMENT|SECURITY LABEL) ON (?:${MADE}|${COMMENTED})\\b`), "run"],
  [/^REFRESH MATERIALIZED VIEW\b/, "run"],
  // The session's own time limits and encoding stay.
  [/^SET (?:STATEMENT|LOCK|IDLE_IN_TRANSACTION_SESSION|TRANSACTION)_TIMEOUT = 0$/, "skip"],
  [/^SET CLIENT_ENCODING = '/, "skip"],
  [/^SET STANDARD_CONFORMING_STRINGS = ON$/, "run"],
  [
    /^SET (?:CHECK_FUNCTION_BODIES|CLIENT_MIN_MESSAGES|DEFAULT_TABLE_ACCESS_METHOD|DEFAULT_TABLESPACE|ROW_SECURITY|XMLOPTION) = /,
    "run",
  ],
];
/** Functions are called in these words only. */
const CALLS: readonly (readonly [pattern: RegExp, verdict: Verdict])[] = [
  [/^SELECT pg_catalog\.set_config\('search_path', '', false\)$/, "run"],
  [/^SELECT pg_catalog\.setval\('(?:[^']|'')*', -?\d+, (?:true|false)\)$/, "run"],
  [/^SELECT pg_catalog\.lo_create\(/, "large object"],
];
/** What the statements set for themselves, and loading must not meet. */
const CHANGED_SETTINGS = [
  "search_path",
  "check_function_bodies",
  "client_min_messages",
  "default_table_access_method",
  "default_tablespace",
  "row_security",
  "standard_conforming_strings",
  "xmloption",
];

/**
 * Runs what pg_dump wrote of definitions, statement by statement, and sets the session back to how it was; all of it is looked
 * at before the first one runs. What was left out, in sentences. DB.REFUSED, DB.PERMISSION.
 */
export async function runSchemaScript(session: Session, script: string): Promise<readonly string[]> {
  const judged = schemaStatements(script).map((statement) => ({ ...statement, verdict: verdictOf(statement) }));
  const settings = await session.query<{ name: string; value: string }>(
    "SELECT name, setting AS value FROM pg_catalog.pg_settings WHERE name = ANY ($1::text[])",
    [`{${CHANGED_SETTINGS.join(",")}}`],
  );
  for (const { sql, verdict } of judged) {
    if (verdict === "run") await session.single(sql);
    else if (verdict === "new schema")
      await session.single(sql.replace(/^CREATE SCHEMA /i, "CREATE SCHEMA IF NOT EXISTS "));
  }
  for (const { name, value } of settings) {
    await session.query("SELECT pg_catalog.set_config($1, $2, false)", [name, value]);
  }
  const isPoorer = judged.some(({ verdict }) => verdict === "large object");
  return isPoorer ? ["large objects are not in an export, and are left out"] : [];
}

/** DB.REFUSED for what no schema holds. */
function verdictOf({ sql, head, line }: SchemaStatement): Verdict {
  const known = [
    ...VERDICTS.filter(([pattern]) => pattern.test(head)),
    ...CALLS.filter(([pattern]) => pattern.test(sql)),
  ];
  const [first] = known;
  if (first !== undefined) return first[1];
  throw new DbopsError("DB.REFUSED", {
    message: "the schema of the export is not run",
    why: `line ${line}: no part of a schema is ${head}`,
  });
}
