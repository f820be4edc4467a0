import { DbopsError } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import { readCopyColumns } from "./copy-columns.js";
import type { CopyColumn } from "./copy-encode.js";
import { quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";

/** A table as loading sees it. */
export interface LoadTarget {
  readonly oid: number;
  readonly name: string;
  /** Its rows only: not those of tables that inherit from it. */
  readonly only: "ONLY " | "";
  readonly isPartitioned: boolean;
  /** In the order asked for. */
  readonly columns: readonly CopyColumn[];
  /** A trigger may take a row away before it is put in. */
  readonly canSkip: boolean;
}

/** Columns in that order, and what their texts are. */
interface Wanted {
  readonly columns: readonly string[];
  readonly hasExactTexts?: boolean;
}

const BEFORE_ROW_INSERT = 1 | 2 | 4;

/** DB.REFUSED when there is no such table. */
export async function readLoadTarget(
  session: Session,
  table: TableName,
  { columns: names, hasExactTexts = false }: Wanted = { columns: [] },
): Promise<LoadTarget> {
  const [found] = await session.query<{ oid: number; name: string; kind: string; skips: boolean }>(
    `SELECT c.oid, c.relname AS name, c.relkind::text AS kind,
            EXISTS (SELECT FROM pg_trigger g WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & ${BEFORE_ROW_INSERT} = ${BEFORE_ROW_INSERT}
                       AND (g.tgrelid = c.oid OR g.tgrelid IN (SELECT relid FROM pg_partition_tree(c.oid)))) AS skips
       FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [quoteQualified(table)],
  );
  if (found === undefined) {
    throw new DbopsError("DB.REFUSED", { message: `there is no table ${table.name}`, why: "it has gone meanwhile" });
  }
  const { oid, name, kind, skips: canSkip } = found;
  const columns = await readCopyColumns(session, oid, { names, hasExactTexts });
  return { oid, name, only: kind === "r" ? "ONLY " : "", isPartitioned: kind === "p", canSkip, columns };
}
