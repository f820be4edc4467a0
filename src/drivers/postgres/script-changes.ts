import type { ScriptChange } from "../script-model.js";
import { quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

interface StoredTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Another one after TRUNCATE and after being written anew. */
  readonly file: number;
  /** By the current transaction, as the server counts: rows that were put in, changed or taken out. */
  readonly touched: bigint;
}

/** By schema and name. */
export type StoredTables = ReadonlyMap<string, StoredTable>;

/** Counting the rows of more than that takes long. */
const MOST_BYTES = 1024 ** 3;
const LOCK_WAIT_MS = 100;

/** The tables that hold rows, temporary ones left out. */
export async function readStoredTables(session: Session): Promise<StoredTables> {
  const rows = await session.query<StoredTable & Record<string, string | number | bigint>>(
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relfilenode AS file,
            pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
              + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS touched
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY n.nspname, c.relname`,
  );
  return new Map(rows.map((row) => [quoteQualified(row), row]));
}

/** What the open transaction has done to tables; another session tells how many rows they had before. */
export async function readChanges(
  session: Session,
  before: StoredTables,
  other: Session,
): Promise<readonly ScriptChange[]> {
  await other.run(`SET lock_timeout = ${LOCK_WAIT_MS}`);
  const after = await readStoredTables(session);
  const changes: ScriptChange[] = [];
  for (const [key, table] of new Map([...before, ...after])) {
    const old = before.get(key);
    const now = after.get(key);
    if (old !== undefined && now !== undefined && !isTouched(now, old)) continue;
    changes.push({
      table: { schema: table.schema, name: table.name },
      kind: old === undefined ? "made" : now === undefined ? "dropped" : "changed",
      rowsBefore: old === undefined ? null : await rowsPast(other, old),
      rowsAfter: now === undefined ? null : await rowsIn(session, now),
    });
  }
  return changes;
}

function isTouched(now: StoredTable, old: StoredTable): boolean {
  return now.touched > 0n || now.oid !== old.oid || now.file !== old.file;
}

/** null where the transaction has locked the table against readers. */
async function rowsPast(other: Session, table: StoredTable): Promise<number | null> {
  return await countRows(other, table).catch(() => null);
}

/** null where the role that the script has taken may not read the table, or not all of its rows. */
async function rowsIn(session: Session, table: StoredTable): Promise<number | null> {
  await session.run("SAVEPOINT dbops_count");
  try {
    return await countRows(session, table);
  } catch {
    await session.run("ROLLBACK TO SAVEPOINT dbops_count");
    return null;
  }
}

async function countRows(session: Session, table: StoredTable): Promise<number | null> {
  const { bytes } = await session.one<{ bytes: bigint }>("SELECT pg_catalog.pg_table_size($1::oid) AS bytes", [
    table.oid,
  ]);
  if (bytes > MOST_BYTES) return null;
  const { rows } = await session.one<{ rows: bigint }>(
    `SELECT pg_catalog.count(*) AS rows FROM ONLY ${quoteQualified(table)}`,
  );
  return Number(rows);
}
