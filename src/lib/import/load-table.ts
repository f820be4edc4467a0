import type { LoadCounts, Loader, LoadFault, LooseValues, TableLoad } from "../../drivers/load-model.js";
import type { ProgressSink } from "../core/progress.js";
import { formatNumberOf } from "../core/units.js";
import type { RecordFault, RecordFields } from "../transfer/record-model.js";
import { type TablePlan, tableWord } from "./import-plan.js";
import { projection } from "./project-record.js";

export interface LoadOptions {
  readonly progress: ProgressSink;
  readonly signal: AbortSignal;
  /** False when there are more faults than allowed. */
  readonly goesOn: () => boolean;
  /** Commits after so many records; null = at the end only. */
  readonly commitEvery: number | null;
  /** Commits what was loaded so far. */
  readonly commit: () => Promise<void>;
}

/** What became of one table's records. */
export interface TableOutcome {
  readonly plan: TablePlan;
  read: number;
  /** Records given to earlier loads of this table: what is checked last counts from the transaction's own. */
  base: number;
  readonly counts: { inserted: number; updated: number; skipped: number };
  /** The counts at the last commit. */
  committed: LoadCounts;
  /** By their index among the records that could be read. */
  readonly faults: LoadFault[];
  readonly unread: RecordFault[];
  readonly loose: LooseValues[];
}

export function emptyOutcome(plan: TablePlan): TableOutcome {
  const none = { inserted: 0, updated: 0, skipped: 0 };
  return { plan, read: 0, base: 0, counts: { ...none }, committed: none, faults: [], unread: [], loose: [] };
}

/** Reads the records of one table and loads them. IMPORT.*, DB.* and the like for what ends the whole. */
export async function loadTable(loader: Loader, outcome: TableOutcome, options: LoadOptions): Promise<void> {
  const { source } = outcome.plan;
  const work = new TableWork(loader, outcome, options);
  const title = `importing ${tableWord(outcome.plan.table)}`;
  const phase = options.progress.phase(title, { total: source.sizeBytes ?? undefined, unit: "bytes" });
  for await (const { rows, faults, bytesRead } of source.records()) {
    options.signal.throwIfAborted();
    outcome.unread.push(...faults);
    outcome.read += faults.length;
    const goesOn = await work.add(rows);
    phase.at(bytesRead, undefined, formatNumberOf("record", outcome.read));
    if (!goesOn) return;
  }
  await work.end();
  phase.done(formatNumberOf("record", outcome.read));
}

class TableWork {
  readonly #loader: Loader;
  readonly #outcome: TableOutcome;
  readonly #options: LoadOptions;
  readonly #project: (rows: readonly RecordFields[]) => readonly RecordFields[];
  #load: TableLoad | null = null;
  #given = 0;

  constructor(loader: Loader, outcome: TableOutcome, options: LoadOptions) {
    this.#loader = loader;
    this.#outcome = outcome;
    this.#options = options;
    this.#project = projection(outcome.plan);
  }

  /** False when there are more faults than allowed. */
  async add(rows: readonly RecordFields[]): Promise<boolean> {
    const { commitEvery } = this.#options;
    let rest = this.#project(rows);
    while (commitEvery !== null && this.#held + rest.length >= commitEvery) {
      const fits = commitEvery - this.#held;
      if (!(await this.#give(rest.slice(0, fits)))) return false;
      rest = rest.slice(fits);
      await this.#endLoad();
      if (!this.#options.goesOn()) return false;
      await this.#options.commit();
      if (!this.#options.goesOn()) return false;
    }
    return await this.#give(rest);
  }

  async end(): Promise<void> {
    if (this.#hasNoColumn) return;
    this.#load ??= await this.#open();
    await this.#endLoad();
  }

  /** Records of the running load. */
  get #held(): number {
    return this.#load === null ? 0 : this.#given - this.#outcome.base;
  }

  async #give(rows: readonly RecordFields[]): Promise<boolean> {
    if (this.#hasNoColumn) this.#refuseAll(rows);
    else if (rows.length > 0) {
      this.#load ??= await this.#open();
      this.#given += rows.length;
      this.#outcome.read += rows.length;
      this.#note(await this.#load.add(rows));
    }
    return this.#options.goesOn();
  }

  get #hasNoColumn(): boolean {
    return this.#outcome.plan.columns.length === 0;
  }

  #refuseAll(rows: readonly RecordFields[]): void {
    this.#note(
      rows.map((_, at) => ({ index: this.#given + at, column: null, reason: "it has no field for the table" })),
    );
    this.#given += rows.length;
    this.#outcome.read += rows.length;
  }

  async #open(): Promise<TableLoad> {
    const { table, columns, onConflict, hasExactTexts } = this.#outcome.plan;
    this.#outcome.base = this.#given;
    const names = columns.map(({ column }) => column);
    return await this.#loader.load({ table, onConflict, columns: names, hasExactTexts });
  }

  async #endLoad(): Promise<void> {
    if (this.#load === null) return;
    const { counts, faults, loose } = await this.#load.end();
    addCounts(this.#outcome.counts, counts);
    this.#note(faults);
    for (const one of loose) this.#noteLoose(one);
    this.#load = null;
  }

  /** A column has one entry, however often its table's records were committed meanwhile. */
  #noteLoose({ index, ...one }: LooseValues): void {
    const { loose, base } = this.#outcome;
    const at = loose.findIndex(({ column }) => column === one.column);
    const known = loose[at];
    if (known === undefined) loose.push({ ...one, index: index + base });
    else loose[at] = { ...known, rows: known.rows + one.rows };
  }

  #note(faults: readonly LoadFault[]): void {
    for (const fault of faults) {
      this.#outcome.faults.push({ ...fault, index: fault.index === null ? null : fault.index + this.#outcome.base });
    }
  }
}

function addCounts(sum: TableOutcome["counts"], { inserted, updated, skipped }: LoadCounts): void {
  sum.inserted += inserted;
  sum.updated += updated;
  sum.skipped += skipped;
}
