import type { FieldValue } from "../../lib/core/field-value.js";
import type { LoadCounts, LoadTable } from "../load-model.js";
import type { CopyColumn } from "./copy-encode.js";
import { CopyLines } from "./copy-lines.js";
import type { LoadTarget } from "./load-target.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import { type RowPut, sendAll } from "./row-put.js";
import type { Session } from "./session.js";
import { readUpdateFacts, type UpdateFacts } from "./update-facts.js";

const UPDATING = "dbops.updating";

interface Stage {
  /** The name of a temporary table that there is not yet. */
  readonly stage: string;
  readonly target: LoadTarget;
}

/** Into a temporary table of the same types first, from where a statement moves them on: COPY knows no conflicts. */
export class StagedPut implements RowPut {
  readonly relation: string;
  readonly #session: Session;
  readonly #columns: readonly CopyColumn[];
  /** The stage's column that says which record a row is. */
  readonly #record: string;
  readonly #round: string;
  readonly #stage: string;
  readonly #load: LoadTable;
  readonly #isPartitioned: boolean;
  readonly #facts: UpdateFacts;

  private constructor(
    session: Session,
    load: LoadTable,
    { stage, target, facts }: Stage & { readonly facts: UpdateFacts },
  ) {
    this.relation = stage;
    this.#session = session;
    this.#columns = target.columns;
    this.#isPartitioned = target.isPartitioned;
    this.#record = freeName("record", load.columns);
    this.#round = freeName("round", load.columns);
    this.#stage = `pg_temp.${quoteIdent(stage)}`;
    this.#load = load;
    this.#facts = facts;
  }

  static async create(session: Session, load: LoadTable, { stage, target }: Stage): Promise<StagedPut> {
    // Columns are called as in the table: COPY's messages name them.
    const list = load.columns.map(quoteIdent);
    await session.run(
      `CREATE TEMPORARY TABLE ${quoteIdent(stage)} ON COMMIT DROP AS
         SELECT 0::bigint AS ${freeName("record", load.columns)}, ${list.join(", ")} FROM ${quoteQualified(load.table)} WITH NO DATA`,
    );
    const facts = await readUpdateFacts(session, target.oid);
    return new StagedPut(session, load, { stage, target, facts });
  }

  async put(rows: readonly (readonly FieldValue[])[]): Promise<LoadCounts> {
    await this.#session.run(`TRUNCATE ${this.#stage}`);
    const options = { relation: this.#stage, columns: this.#columns, names: [this.#record, ...this.#load.columns] };
    await sendAll(new CopyLines(this.#session, options), rows, (at) => `${at}\t`);
    const counts = { inserted: 0, updated: 0 };
    const rounds = await this.#rounds();
    for (let round = 1; round <= rounds; round += 1) {
      const moved = await this.#move(rounds === 1 ? null : round);
      counts.inserted += moved.inserted;
      counts.updated += moved.updated;
    }
    return { ...counts, skipped: rows.length - counts.inserted - counts.updated };
  }

  /** A statement cannot update a row twice: records of one key go one after the other, the last one wins. */
  async #rounds(): Promise<number> {
    if (this.#load.onConflict.kind !== "update") return 1;
    const { rounds } = await this.#session.one<{ rounds: bigint }>(
      `SELECT coalesce(max(${this.#round}), 1) AS rounds FROM (${this.#numbered()}) AS numbered`,
    );
    return Number(rounds);
  }

  async #move(round: number | null): Promise<{ readonly inserted: number; readonly updated: number }> {
    const { table, columns } = this.#load;
    const from = round === null ? this.#stage : `(${this.#numbered()}) AS numbered WHERE ${this.#round} = ${round}`;
    const list = columns.map(quoteIdent).join(", ");
    const row = await this.#session.one<{ inserted: bigint; moved: bigint }>(
      `WITH moved AS (
         INSERT INTO ${quoteQualified(table)} (${list}) OVERRIDING SYSTEM VALUE
         SELECT ${list} FROM ${from} ORDER BY ${this.#record} ${this.#conflict()} RETURNING ${this.#isNew()} AS is_new)
       SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) AS moved FROM moved`,
    );
    return { inserted: Number(row.inserted), updated: Number(row.moved - row.inserted) };
  }

  #numbered(): string {
    const key = this.#keyColumns().join(", ");
    const number = `row_number() OVER (PARTITION BY ${key} ORDER BY ${this.#record})`;
    // A key with NULL in it is nobody else's.
    const round = this.#facts.areNullsEqual ? number : `CASE WHEN num_nulls(${key}) > 0 THEN 1 ELSE ${number} END`;
    return `SELECT *, ${round} AS ${this.#round} FROM ${this.#stage}`;
  }

  #keyColumns(): readonly string[] {
    const { onConflict, columns } = this.#load;
    const key = onConflict.kind === "update" ? onConflict.key : [];
    return columns.filter((column) => key.includes(column)).map(quoteIdent);
  }

  #conflict(): string {
    const { onConflict, columns } = this.#load;
    if (onConflict.kind !== "update") return "ON CONFLICT DO NOTHING";
    const { key } = onConflict;
    const set = columns
      .filter((column) => !key.includes(column) && !this.#facts.unsettable.has(column))
      .map((column) => `${quoteIdent(column)} = EXCLUDED.${quoteIdent(column)}`);
    const target = `ON CONFLICT (${key.map(quoteIdent).join(", ")})`;
    if (set.length === 0) return `${target} DO NOTHING`;
    const update = `${target} DO UPDATE SET ${set.join(", ")}`;
    return this.#isPartitioned
      ? `${update} WHERE set_config('${UPDATING}', ${rowText(key, "EXCLUDED.")}, true) IS NOT NULL`
      : update;
  }

  /** A new row has no earlier version; where rows do not show that, the update leaves the key of its row. */
  #isNew(): string {
    const { onConflict } = this.#load;
    if (onConflict.kind !== "update") return "true";
    if (!this.#isPartitioned) return "xmax = 0";
    return `${rowText(onConflict.key, "")} IS DISTINCT FROM current_setting('${UPDATING}', true)`;
  }
}

function rowText(columns: readonly string[], prefix: string): string {
  return `ROW(${columns.map((column) => prefix + quoteIdent(column)).join(", ")})::text`;
}

/** A name that none of the columns has. */
function freeName(word: string, columns: readonly string[]): string {
  return columns.includes(word) ? freeName(`${word}_`, columns) : word;
}
