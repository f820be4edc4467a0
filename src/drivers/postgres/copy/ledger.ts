import { createHash } from "node:crypto";
import { DbopsError } from "../../../lib/core/errors.js";
import type { Checkpoint } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { quoteQualified } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";

const VERSION = 1;

export const LEDGER_TABLES = ["dbops_copy_run", "dbops_copy_tables", "dbops_copy_checkpoints"] as const;

interface CheckpointRow extends SqlRow {
  readonly schema: string | null;
  readonly name: string;
  readonly chunk: number;
  readonly after: string | null;
  readonly lastKey: string | null;
  readonly rows: bigint;
  readonly sha256: string;
  readonly isLast: boolean;
}

/** What a run remembers of itself, in the hidden schema: its plan, the tables it has made, and what is in them. */
export class Ledger {
  readonly #run: string;
  readonly #tables: string;
  readonly #checkpoints: string;

  constructor(schema: string) {
    const [run, tables, checkpoints] = LEDGER_TABLES;
    this.#run = quoteQualified({ schema, name: run });
    this.#tables = quoteQualified({ schema, name: tables });
    this.#checkpoints = quoteQualified({ schema, name: checkpoints });
  }

  /** With the hidden schema itself, in one transaction. */
  async begin(session: Session, plan: string): Promise<void> {
    await session.run(
      `CREATE TABLE ${this.#run} (version int NOT NULL, plan_sha256 text NOT NULL);
       CREATE TABLE ${this.#tables} (table_schema text, table_name text NOT NULL, definition text NOT NULL,
         UNIQUE (table_schema, table_name));
       CREATE TABLE ${this.#checkpoints} (table_schema text, table_name text NOT NULL, chunk int NOT NULL, after_key text,
         last_key text, row_count bigint NOT NULL, sha256 text NOT NULL, is_last boolean NOT NULL,
         UNIQUE (table_schema, table_name, chunk))`,
    );
    await session.query(`INSERT INTO ${this.#run} VALUES ($1, $2)`, [BigInt(VERSION), hashOf(plan)]);
  }

  /** COPY.NOT_RESUMABLE when the run has had another plan. */
  async requirePlan(session: Session, plan: string): Promise<void> {
    const { version, hash } = await session.one<{ version: number; hash: string }>(
      `SELECT version, plan_sha256 AS hash FROM ${this.#run}`,
    );
    if (version === VERSION && hash === hashOf(plan)) return;
    throw new DbopsError("COPY.NOT_RESUMABLE", {
      message: "the copy cannot be taken up",
      why: version === VERSION ? "it was begun with another plan" : `a dbops of another version began it (${version})`,
      hint: "repeat the flags that it was begun with, or start a new copy",
    });
  }

  /** Definitions by table, as they were made. */
  async tables(session: Session): Promise<ReadonlyMap<string, string>> {
    const rows = await session.query<{ schema: string | null; name: string; sql: string }>(
      `SELECT table_schema AS schema, table_name AS name, definition AS sql FROM ${this.#tables}`,
    );
    return new Map(rows.map(({ schema, name, sql }) => [keyOf({ schema, name }), sql]));
  }

  async hasMade(
    session: Session,
    tables: readonly { readonly name: TableName; readonly definition: string }[],
  ): Promise<void> {
    await session.query(
      `INSERT INTO ${this.#tables} SELECT * FROM jsonb_to_recordset($1::jsonb) AS t (schema text, name text, definition text)`,
      [JSON.stringify(tables.map(({ name, definition }) => ({ ...name, definition })))],
    );
  }

  /** Of a table that is made anew. */
  async forget(session: Session, { schema, name }: TableName): Promise<void> {
    for (const table of [this.#tables, this.#checkpoints]) {
      const sql = `DELETE FROM ${table} WHERE table_schema IS NOT DISTINCT FROM $1 AND table_name = $2`;
      await session.query(sql, [schema, name]);
    }
  }

  /** In order of chunks, table by table. */
  async checkpoints(session: Session): Promise<readonly Checkpoint[]> {
    const rows = await session.query<CheckpointRow>(
      `SELECT table_schema AS schema, table_name AS name, chunk, after_key AS after, last_key AS "lastKey", row_count AS rows,
              sha256, is_last AS "isLast" FROM ${this.#checkpoints} ORDER BY table_schema, table_name, chunk`,
    );
    return rows.map(({ schema, name, rows: count, ...rest }) => ({
      table: { schema, name },
      ...rest,
      rows: Number(count),
    }));
  }

  async add(session: Session, checkpoint: Checkpoint): Promise<void> {
    const { table, chunk, after, lastKey, rows, sha256, isLast } = checkpoint;
    await session.query(`INSERT INTO ${this.#checkpoints} VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [
      ...[table.schema, table.name, BigInt(chunk), after, lastKey, BigInt(rows), sha256, isLast],
    ]);
  }

  /** Takes back checkpoints from that chunk on. */
  async cut(session: Session, { schema, name }: TableName, chunk: number): Promise<void> {
    await session.query(
      `DELETE FROM ${this.#checkpoints} WHERE table_schema IS NOT DISTINCT FROM $1 AND table_name = $2 AND chunk >= $3`,
      [schema, name, BigInt(chunk)],
    );
  }
}

/** What tables are told apart by. */
export function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema, name]);
}

function hashOf(plan: string): string {
  return createHash("sha256").update(plan).digest("hex");
}
