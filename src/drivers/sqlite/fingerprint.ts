import { createHash } from "node:crypto";
import { messageOf } from "../../lib/core/errors.js";
import type { Fingerprint, FingerprintMode, NotCovered, TableFingerprint } from "../fingerprint-model.js";
import type { Connection } from "./connection.js";
import { isDamage, missingExtension } from "./errors.js";
import { quoteIdent } from "./quote-ident.js";
import { describeTable, storedTableNames, virtualTableNames } from "./stored-tables.js";
import { hashTable, prepareHashing, type RowSizes } from "./table-hash.js";

/** Changes whenever the encoding of rows or their order does. */
export const FINGERPRINT_ALGORITHM = "sqlite-rows-sha256/2";

/** Long work: call it in a forked child, inside one read transaction. Damage is data here: what cannot be read is not covered. */
export function fingerprintOf(connection: Connection, mode: FingerprintMode): Fingerprint {
  const algorithm = mode === "hash" ? FINGERPRINT_ALGORITHM : null;
  try {
    return { algorithm, ...fingerprintTables(connection, mode), schemaHash: schemaHash(connection) };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const lost = { kind: "schema", name: "sqlite_schema", reason: `damaged: ${messageOf(error)}` };
    return { algorithm, tables: [], schemaHash: createHash("sha256").digest("hex"), notCovered: [lost] };
  }
}

function fingerprintTables(connection: Connection, mode: FingerprintMode): Pick<Fingerprint, "tables" | "notCovered"> {
  const tables: TableFingerprint[] = [];
  const notCovered: NotCovered[] = virtualTableNames(connection).map((name) => ({
    kind: "virtual table",
    name,
    reason: "it holds no rows of its own; its shadow tables are covered",
  }));
  if (mode === "hash") prepareHashing(connection);
  const sizes = mode === "hash" ? rowSizes(connection) : new Map<string, RowSizes>();
  for (const name of storedTableNames(connection)) {
    try {
      tables.push(fingerprintTable(connection, name, { mode, sizes: sizes.get(name) }));
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === null) throw error;
      notCovered.push({ kind: "table", name, reason });
    }
  }
  return { tables, notCovered };
}

interface TableOptions {
  readonly mode: FingerprintMode;
  readonly sizes: RowSizes | undefined;
}

/** Where the sizes of rows are not known, every range is measured first. */
const UNKNOWN_SIZES: RowSizes = { average: 512, longest: Number.MAX_SAFE_INTEGER };

function fingerprintTable(connection: Connection, name: string, { mode, sizes }: TableOptions): TableFingerprint {
  const entry = { kind: "table", schema: null, name } as const;
  if (mode === "none") return { ...entry, rows: null, hash: null };
  if (mode === "hash")
    return { ...entry, ...hashTable(connection, describeTable(connection, name), sizes ?? UNKNOWN_SIZES) };
  return { ...entry, rows: connection.count(`SELECT count(*) FROM ${quoteIdent(name)} NOT INDEXED`), hash: null };
}

/** From the b-trees' page headers: far cheaper than asking every row for its length. */
function rowSizes(connection: Connection): Map<string, RowSizes> {
  try {
    const rows = connection.rows<{ name: string; payload: bigint; ncell: bigint; longest: bigint }>(
      `SELECT s.name, s.payload, s.ncell, s.mx_payload AS longest FROM sqlite_schema AS t, dbstat AS s
       WHERE t.type = 'table' AND t.rootpage > 0 AND s.name = t.name AND s.aggregate = TRUE`,
    );
    return new Map(
      rows.map(({ name, payload, ncell, longest }) => [
        name,
        { average: Number(payload) / Math.max(1, Number(ncell)), longest: Number(longest) },
      ]),
    );
  } catch (error) {
    // A damaged page stops the walk; what it would have told is then measured range by range.
    if (isDamage(error)) return new Map();
    throw error;
  }
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
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY type, name, tbl_name, sql`,
  );
  for (const { type, name, tbl_name, sql } of rows) hash.update(`${JSON.stringify([type, name, tbl_name, sql])}\n`);
  return hash.digest("hex");
}
