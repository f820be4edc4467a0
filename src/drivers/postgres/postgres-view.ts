import { DbopsError } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import type {
  Definition,
  EncodedRows,
  ReadView,
  RelationNames,
  ResultColumn,
  RowFormat,
  RowSource,
} from "../view-model.js";
import { checkRows, encodeRows } from "./encode-rows.js";
import { AGAINST_READERS, withLockHolder } from "./lock-holders.js";
import { readingSource } from "./reading-source.js";
import { readNames } from "./relation-names.js";
import type { ServerNature } from "./server-facts.js";
import type { Session, SqlRow } from "./session.js";
import type { Tools } from "./tools.js";
import { dumpDefinition } from "./view-definition.js";
import { openViewSession, type ViewSession, type ViewWhere } from "./view-session.js";
import { findRelation, resolveSource } from "./view-source.js";

export interface ViewParts extends ViewWhere {
  readonly nature: ServerNature;
  readonly tools: Tools;
}

/** A read-only look at one state, in a transaction of its own. CONNECT.*. */
export async function openPostgresView(parts: ViewParts): Promise<ReadView> {
  return new PostgresView(parts, await openViewSession(parts));
}

class PostgresView implements ReadView {
  readonly #parts: ViewParts;
  readonly #view: ViewSession;

  constructor(parts: ViewParts, view: ViewSession) {
    this.#parts = parts;
    this.#view = view;
  }

  async names(): Promise<RelationNames> {
    return await this.#view.actPlainly(readNames);
  }

  async columns(source: RowSource): Promise<readonly ResultColumn[]> {
    const { columns } = await readingSource(this.#view, source, () => resolveSource(this.#view, source));
    return columns.map(({ name, type, isGenerated }) => ({ name, type, isGenerated }));
  }

  async check(source: RowSource, format: RowFormat): Promise<void> {
    await this.#view.act((session) => checkRows(session, { view: this.#view, source, format }));
  }

  encode(source: RowSource, format: RowFormat): EncodedRows {
    return encodeRows(this.#view, source, format);
  }

  async definition(tables: readonly TableName[] | null): Promise<Definition> {
    try {
      return await dumpDefinition(this.#parts, this.#view, tables);
    } catch (error) {
      if (!(error instanceof DbopsError) || error.code !== "LOCK.DATABASE") throw error;
      throw await this.#view.act((session) =>
        withLockHolder(session, error, { relations: null, modes: AGAINST_READERS }),
      );
    }
  }

  async estimate(source: RowSource): Promise<number | null> {
    if (source.kind === "query" || source.where !== null) return null;
    const rows = await this.#view.act((session) => estimateRows(session, source.table));
    return rows === null || source.limit === null ? rows : Math.min(rows, source.limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#view[Symbol.asyncDispose]();
  }
}

/** From the statistics of the table or of its partitions; null when there are none. */
async function estimateRows(session: Session, table: TableName): Promise<number | null> {
  const { oid, kind } = await findRelation(session, table);
  const oids = kind === "p" ? "SELECT relid FROM pg_catalog.pg_partition_tree($1) WHERE isleaf" : "SELECT $1::oid";
  const { rows } = await session.one<SqlRow & { readonly rows: number | null }>(
    `SELECT sum(reltuples)::float8 AS rows FROM pg_catalog.pg_class
      WHERE oid IN (${oids}) AND reltuples >= 0 AND relkind IN ('r', 'm', 'f')`,
    [oid],
  );
  return rows;
}
