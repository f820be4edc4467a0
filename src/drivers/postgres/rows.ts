import type { ReadRowsRequest, RowBatch, RowReader, Value } from "../driver.js";
import { FIXED_SETTINGS } from "./fingerprint.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

const BATCH_ROWS = 1000;

/** Reads tables through a server-side cursor, each in a transaction of its own on a session of its own. */
export function rowReader(open: () => Promise<Session>): RowReader {
  return { read: (request) => readBatches(open, request) };
}

async function* readBatches(open: () => Promise<Session>, request: ReadRowsRequest): AsyncGenerator<RowBatch> {
  await using session = await open();
  const { table, columns, batchSize = BATCH_ROWS } = request;
  await session.run(FIXED_SETTINGS);
  await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const list = columns.map(quoteIdent).join(", ");
  await session.run(`DECLARE dbops_rows NO SCROLL CURSOR FOR SELECT ${list} FROM ${quoteQualified(table)}`);
  for (;;) {
    const rows = await session.query(`FETCH ${Math.max(1, batchSize)} FROM dbops_rows`);
    if (rows.length === 0) return;
    yield { rows: rows.map((row) => columns.map((column): Value => row[column] ?? null)) };
  }
}
