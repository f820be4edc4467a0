import type { TableTotals } from "../../drivers/copy-rows-model.js";
import type { Checkpoint } from "../../drivers/copy-target-model.js";
import { heldPromise } from "../core/held-promise.js";
import { qualifiedName } from "../core/named.js";
import { formatBytes, formatCount, formatNumberOf } from "../core/units.js";
import type { CopyJob } from "./copy-job.js";
import type { PlannedTable } from "./copy-plan.js";
import { digestRows } from "./digest-rows.js";
import { foreignKeyOrder } from "./foreign-key-order.js";
import { type ComputedTable, loadComputed } from "./load-computed.js";
import { type LoadedTable, loadTable } from "./load-table.js";
import type { Loading } from "./loading.js";
import type { RejectsOutput } from "./rejects-output.js";
import { sideBySide } from "./side-by-side.js";

export interface TableAtTarget extends ComputedTable {
  /** Checksum by value of what was in the table before; null where it was made for the copy. */
  readonly before: string | null;
  /** The source's own sums, which it begins to make when the rows are read. */
  readonly totals: Promise<TableTotals>;
}

export interface LoadTablesOptions {
  readonly checkpoints: readonly Checkpoint[];
  readonly rejects: RejectsOutput;
}

/** Loads all tables, the largest first; into tables that are there: one by one, parents before children. */
export async function loadTables(job: CopyJob, options: LoadTablesOptions): Promise<readonly TableAtTarget[]> {
  const meter = new LoadMeter(job);
  const isIntoExisting = job.content === "rows";
  const tables = isIntoExisting ? foreignKeyOrder(job.plan.tables) : [...job.plan.tables].sort(byBulk);
  const loaded = await sideBySide(tables, isIntoExisting ? 1 : job.jobs, async (planned, stopped) => {
    const signal = AbortSignal.any([stopped, job.context.signal]);
    const before = isIntoExisting ? await checksumBefore(job, planned, signal) : null;
    const loading = {
      source: job.source,
      target: job.target,
      rejects: options.rejects,
      checkpoints: options.checkpoints.filter((each) => isSame(each, planned)),
      advance: (rows: number, bytes: number) => meter.advance(rows, bytes),
      signal,
    };
    const table = isIntoExisting ? await loadExisting(planned, loading) : await loadComputed(planned, loading);
    const { source, read } = table.planned;
    return { ...table, before, totals: heldPromise(job.source.totals(source.name, read.columns)) };
  });
  meter.done(loaded);
  return loaded;
}

async function loadExisting(planned: PlannedTable, loading: Loading): Promise<ComputedTable> {
  return { ...(await loadTable(planned, loading)), notCarried: [] };
}

function byBulk(one: PlannedTable, other: PlannedTable): number {
  return bulkOf(other) - bulkOf(one);
}

function bulkOf({ source }: PlannedTable): number {
  return source.sizeBytes ?? source.estimatedRows ?? 0;
}

function isSame({ table }: Checkpoint, { target }: PlannedTable): boolean {
  return qualifiedName(table) === qualifiedName(target.name);
}

async function checksumBefore(job: CopyJob, { readBack }: PlannedTable, signal: AbortSignal): Promise<string> {
  const options = { proof: "bag", values: readBack.columns, signal } as const;
  return (await digestRows(job.target.read(readBack), options)).checksum;
}

/** As many rows as are told of at a time. */
const TOLD_ROWS = 256 * 1024;

class LoadMeter {
  readonly #job: CopyJob;
  readonly #phase;
  #rows = 0;
  #bytes = 0;
  #told = 0;

  constructor(job: CopyJob) {
    this.#job = job;
    const known = job.plan.tables.map(({ source }) => source.estimatedRows);
    const total = known.reduce<number | null>((sum, rows) => (sum === null || rows === null ? null : sum + rows), 0);
    const title = `copying ${formatNumberOf("table", job.plan.tables.length)}`;
    this.#phase = job.context.progress.phase(title, { unit: "rows", total: total ?? undefined });
  }

  advance(rows: number, bytes: number): void {
    this.#rows += rows;
    this.#bytes += bytes;
    this.#phase.advance(rows);
    if (this.#rows - this.#told < TOLD_ROWS) return;
    this.#told = this.#rows;
    this.#job.onProgress({ phase: "load", rows: this.#rows });
  }

  done(loaded: readonly LoadedTable[]): void {
    const rows = loaded.reduce((sum, { sent }) => sum + sent.rows, 0);
    this.#phase.done(`${formatCount(rows)} rows, ${formatBytes(this.#bytes)}`);
  }
}
