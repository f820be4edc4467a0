import { schemaStatements } from "../schema-statements.js";

export interface SplitDefinition {
  /** Makes the table and what it is made of. */
  readonly before: readonly string[];
  /** Keys, indexes, references, triggers: when the rows are in. */
  readonly after: readonly string[];
}

const BEFORE = /^(?:CREATE (?:UNLOGGED )?(?:TABLE|SEQUENCE|TYPE|DOMAIN)\b|ALTER SEQUENCE\b|SET\b)/;
/** Whoever owns the database decides on those: they are there when a definition is run. */
const EXTENSION = /^CREATE EXTENSION\b/;
const ALTER_TABLE = /^ALTER TABLE\b/;
const ATTACHES = /\bATTACH PARTITION\b/i;
const OF_COLUMNS = /\bALTER (?:COLUMN )?(?:"(?:[^"]|"")*"|\S+) (?:SET|DROP DEFAULT|ADD GENERATED)\b/i;

/** Of statements that make a table: which come before its rows, and which after. */
export function splitDefinition(definition: string): SplitDefinition {
  const before: string[] = [];
  const after: string[] = [];
  for (const { sql, head } of schemaStatements(ended(definition))) {
    if (EXTENSION.test(head)) continue;
    const isBefore = BEFORE.test(head) || (ALTER_TABLE.test(head) && (OF_COLUMNS.test(sql) || ATTACHES.test(sql)));
    (isBefore ? before : after).push(sql);
  }
  return { before, after };
}

/** A foreign key: its other table must be whole too. */
export function isReference(sql: string): boolean {
  return /^\s*ALTER TABLE\b/i.test(sql) && /\bFOREIGN KEY\s*\(/i.test(sql);
}

function ended(definition: string): string {
  return /;\s*$/.test(definition) ? definition : `${definition};`;
}
