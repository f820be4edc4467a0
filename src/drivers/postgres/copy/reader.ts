import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyColumn, CopyEvent, CopyRead, CopyReader, TableTotals } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import { sqlStateOf } from "../errors.js";
import { AGAINST_READERS, withLockHolder } from "../lock-holders.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import { requireUnchanged } from "../unchanged-tables.js";
import { columnTotals } from "./column-totals.js";
import { copiedRows } from "./copied-rows.js";
import { keyOrder } from "./key-order.js";
import { LastKeys } from "./last-keys.js";
import { queryCells } from "./query-cells.js";
import { readRelation } from "./read-relation.js";
import type { ReadSessions } from "./read-sessions.js";
import { tableChanged } from "./table-changed.js";

/**
 * Reads rows, sums and queries in sessions that see what is copied: of the source and of the target alike. Users' queries
 * are run with this search_path.
 */
export function copyReader(sessions: ReadSessions, path: string): CopyReader {
  return {
    read: (request) => readRows(sessions, request),
    totals: (table, columns) =>
      inSession(sessions, table, async (session): Promise<TableTotals> => {
        const totals = await columnTotals(session, await readRelation(session, table), columns);
        await requireUnchanged(session);
        return totals;
      }),
    query: (sql) => inSession(sessions, null, (session) => queryCells(session, sql, path)),
  };
}

async function* readRows(sessions: ReadSessions, request: CopyRead): AsyncGenerator<CopyEvent> {
  const session = await sessions.take();
  let isWhole = false;
  try {
    const { statement, places } = await planRead(session, request);
    const keys = new LastKeys(places);
    for await (const batch of copiedRows(session, statement, doing(request.table))) {
      yield { kind: "rows", bytes: batch.bytes, rows: batch.rows, lastKey: keys.of(batch) };
    }
    await requireUnchanged(session);
    isWhole = true;
  } catch (error) {
    throw explained(await withHolder(session, error, request.table), {
      table: request.table,
      columns: request.columns,
    });
  } finally {
    // Only its end stops a COPY.
    await sessions.giveBack(session, isWhole);
  }
}

async function planRead(
  session: Session,
  request: CopyRead,
): Promise<{ readonly statement: string; readonly places: readonly number[] }> {
  const relation = await readRelation(session, request.table);
  const { places, where, orderBy } = keyOrder(request, relation);
  const list = request.columns.map(({ name }) => quoteIdent(name)).join(", ");
  return { statement: `COPY (SELECT ${list} FROM ${relation.from}${where}${orderBy}) TO STDOUT`, places };
}

async function inSession<T>(
  sessions: ReadSessions,
  table: TableName | null,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await sessions.take();
  let isWhole = false;
  try {
    const result = await session.during(table === null ? "run the query" : doing(table), () => work(session));
    isWhole = true;
    return result;
  } catch (error) {
    throw explained(error, { table, columns: [] });
  } finally {
    await sessions.giveBack(session, isWhole);
  }
}

function doing({ schema, name }: TableName): string {
  return `read ${schema === null ? name : `${schema}.${name}`}`;
}

/** Of a lock that was not granted: who has it. The transaction, if there is one, is over anyway. */
async function withHolder(session: Session, error: unknown, table: TableName): Promise<unknown> {
  if (!(error instanceof DbopsError) || error.code !== "LOCK.DATABASE") return error;
  await session.run("ROLLBACK");
  const relations = await session.query<SqlRow & { readonly oid: number }>(FAMILY, [table.schema, table.name]);
  return await withLockHolder(session, error, { relations: relations.map(({ oid }) => oid), modes: AGAINST_READERS });
}

/** A table and its partitions, by the catalog alone: no function that would wait for the lock. */
const FAMILY = `
  WITH RECURSIVE family (oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
    UNION SELECT i.inhrelid FROM family JOIN pg_inherits i ON i.inhparent = family.oid)
  SELECT oid FROM family`;

/** character_not_in_repertoire, untranslatable_character. */
const NOT_UTF8 = new Set(["22021", "22P05"]);

/** undefined_table, undefined_column: the catalog has just named them. */
const GONE = new Set(["42P01", "42703"]);

/** What a user can do about errors that the server has no hint for. */
function explained(
  error: unknown,
  { table, columns }: { readonly table: TableName | null; readonly columns: readonly CopyColumn[] },
): unknown {
  if (!(error instanceof DbopsError)) return error;
  const { message, why, cause } = error;
  const more = { message, why: why ?? undefined, cause };
  if (error.code === "DB.PERMISSION" && why?.includes("row-level security") === true) {
    const hint =
      "a copy of the rows that one may see would be no copy: use the table's owner, or a role with BYPASSRLS";
    return new DbopsError("DB.PERMISSION", { ...more, hint });
  }
  if (table !== null && GONE.has(sqlStateOf(error) ?? "")) {
    return tableChanged(table, { why: why ?? message, cause });
  }
  if (table !== null && columns.length > 0 && NOT_UTF8.has(sqlStateOf(error) ?? "")) {
    return new DbopsError("COPY.UNFIT", {
      ...more,
      hint: "the database keeps bytes that are no text of its encoding: correct them, or leave the table out with --exclude-tables",
    });
  }
  return error;
}
