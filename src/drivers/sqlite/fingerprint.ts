import { createHash } from "node:crypto";
import { messageOf } from "../../lib/core/errors.js";
import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import type { Fingerprint, FingerprintMode, NotCovered, TableFingerprint } from "../fingerprint-model.js";
import type { Connection } from "./connection.js";
import { isDamage, missingExtension } from "./errors.js";
import type { PageFile } from "./page-file.js";
import { quoteIdent } from "./quote-ident.js";
import { hashRecords } from "./record-hash.js";
import { type StoredTable, storedTables, virtualTableNames } from "./stored-tables.js";

/** Changes whenever what is hashed of a row or the order of rows does. */
export const FINGERPRINT_ALGORITHM = "sqlite-records-sha256/3";
/** The very text of every object's definition: a restored file holds the same bytes. */
const SCHEMA_ALGORITHM = "sqlite-schema-text/1";

/** How much of the file each mode reads, and how. */
interface Reading {
  readonly mode: FingerprintMode;
  /** Rows and hash of one table; DB.DAMAGED or SQLite's own error where it cannot be read. */
  read(table: StoredTable): Pick<TableFingerprint, "rows" | "hash">;
}

/** By SQLite, on a connection: everything but hashes. Long work: call it in a forked child, inside one read transaction. */
export function countTables(connection: Connection, mode: Exclude<FingerprintMode, "hash">): Fingerprint {
  const count = (name: string): number => connection.count(`SELECT count(*) FROM ${quoteIdent(name)} NOT INDEXED`);
  const read: Reading["read"] = ({ name }) => ({ rows: mode === "none" ? null : count(name), hash: null });
  return assemble(describe(connection), { mode, read });
}

/** From the file itself, which no connection may have open: the records of every table. Long work. */
export function hashTables(outline: Outline, file: PageFile): Fingerprint {
  return assemble(outline, { mode: "hash", read: ({ root }) => hashRecords(file, root) });
}

/** What there is to read; damage of the schema is data here as well. */
export interface Outline {
  readonly tables: readonly StoredTable[];
  readonly notCovered: readonly NotCovered[];
  readonly schemaAlgorithm: string | null;
  readonly schemaHash: string;
}

export function describe(connection: Connection): Outline {
  try {
    return {
      tables: storedTables(connection).filter(({ name }) => name.toLowerCase() !== ORIGIN_TABLE),
      notCovered: virtualTableNames(connection).map((name) => ({
        kind: "virtual table",
        name,
        reason: "it holds no rows of its own; its shadow tables are covered",
      })),
      schemaAlgorithm: SCHEMA_ALGORITHM,
      schemaHash: schemaHash(connection),
    };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const lost = { kind: "schema", name: "sqlite_schema", reason: `damaged: ${messageOf(error)}` };
    const nothing = { schemaAlgorithm: null, schemaHash: createHash("sha256").digest("hex") };
    return { tables: [], notCovered: [lost], ...nothing };
  }
}

/** What cannot be read is not covered. */
function assemble(outline: Outline, { mode, read }: Reading): Fingerprint {
  const tables: TableFingerprint[] = [];
  const notCovered = [...outline.notCovered];
  for (const table of outline.tables) {
    try {
      tables.push({ kind: "table", schema: null, name: table.name, ...read(table) });
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === null) throw error;
      notCovered.push({ kind: "table", name: table.name, reason });
    }
  }
  const algorithm = mode === "hash" ? FINGERPRINT_ALGORITHM : null;
  const { schemaAlgorithm, schemaHash } = outline;
  return { algorithm, tables, schemaAlgorithm, schemaHash, notCovered };
}

function whyUnreadable(error: unknown): string | null {
  if (isDamage(error)) return `damaged: ${messageOf(error)}`;
  const missing = missingExtension(error);
  return missing === null ? null : `not checked: ${missing}`;
}

function schemaHash(connection: Connection): string {
  const hash = createHash("sha256");
  const rows = connection.rows<{ type: string; name: string; tbl_name: string; sql: string }>(
    `SELECT type, name, tbl_name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND tbl_name <> '${ORIGIN_TABLE}' COLLATE NOCASE AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY type, name, tbl_name, sql`,
  );
  for (const { type, name, tbl_name, sql } of rows) hash.update(`${JSON.stringify([type, name, tbl_name, sql])}\n`);
  return hash.digest("hex");
}
