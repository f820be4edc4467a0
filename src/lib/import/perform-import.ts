import type { Driver, DriverContext, TableName } from "../../drivers/driver.js";
import type { Loader, TableFault } from "../../drivers/load-model.js";
import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import { type ImportPlan, type TablePlan, tableWord } from "./import-plan.js";
import { emptyOutcome, loadTable, type TableOutcome } from "./load-table.js";
import { loadText } from "./load-text.js";
import { locateFaults } from "./locate-faults.js";
import { type Reject, unreadReject } from "./reject.js";
import { remainingPlan } from "./remaining-plan.js";
import { runSchema } from "./run-schema.js";

export interface ImportOptions {
  /** Records that may be rejected; one more, and nothing is written. */
  readonly maxErrors: number;
  readonly commitEvery: number | null;
  /** Everything is done and then rolled back: what the database itself says of the records. */
  readonly isTrial: boolean;
}

export interface TableResult {
  readonly plan: TablePlan;
  /** Records that were read when the run ended, also those that were rolled back or never judged. */
  readonly attempted: number;
  readonly inserted: number;
  readonly updated: number;
  readonly skipped: number;
  /** Records; what is wrong with the whole is none. */
  readonly rejected: number;
  /** Rows that were there and were deleted; null when none were meant to be. */
  readonly deleted: number | null;
  /** Values that a column took though they are not of its type. */
  readonly loose: TableOutcome["loose"];
}

export interface ImportResult {
  readonly tables: readonly TableResult[];
  /** In the input's order, table by table. */
  readonly rejects: readonly Reject[];
  /** All records were read, and no more of them rejected than allowed. */
  readonly isWhole: boolean;
  /** Records that are committed. */
  readonly committed: number;
}

const LOCATED = 20;

/**
 * Loads everything in one transaction, or with `commitEvery` in several. IMPORT.COUNT_MISMATCH when the counts do not
 * add up; more rejects than allowed are a result, in which nothing was written.
 */
export async function performImport(
  plan: ImportPlan,
  driver: Driver,
  { options, context }: { readonly options: ImportOptions; readonly context: DriverContext },
): Promise<ImportResult> {
  const passed = canPassText(options) ? await new ImportRun(plan, options, context).run(driver, true) : null;
  const result = passed ?? (await whole(plan, driver, { options, context }));
  const isUnplaced = !result.isWhole && result.rejects.every(({ place }) => place === null);
  if (!isUnplaced || options.isTrial || options.maxErrors > 0) return result;
  // The database named no record: loading them apart finds the ones it means.
  const trial = { ...options, maxErrors: LOCATED, isTrial: true };
  const located = await whole(remainingPlan(plan, result), driver, { options: trial, context });
  return located.rejects.length > 0 ? withRejectsOf(result, located) : result;
}

function withRejectsOf(result: ImportResult, { rejects, tables: others }: ImportResult): ImportResult {
  const tables = result.tables.map((table, at) => {
    const rejected = others[at]?.rejected ?? 0;
    return { ...table, rejected, attempted: Math.max(table.attempted, rejected) };
  });
  return { ...result, tables, rejects };
}

/** A text that is passed on as it is brings no rejects, and is all or nothing. */
function canPassText({ maxErrors, commitEvery, isTrial }: ImportOptions): boolean {
  return maxErrors === 0 && commitEvery === null && !isTrial;
}

async function whole(
  plan: ImportPlan,
  driver: Driver,
  { options, context }: { readonly options: ImportOptions; readonly context: DriverContext },
): Promise<ImportResult> {
  const result = await new ImportRun(plan, options, context).run(driver, false);
  if (result === null) throw new Error("records were refused as a text");
  return result;
}

class ImportRun {
  readonly #plan: ImportPlan;
  readonly #options: ImportOptions;
  readonly #context: DriverContext;
  readonly #outcomes: TableOutcome[] = [];
  readonly #deleted = new Map<TablePlan, number>();
  #committed = 0;

  constructor(plan: ImportPlan, options: ImportOptions, context: DriverContext) {
    this.#plan = plan;
    this.#options = options;
    this.#context = context;
  }

  /** null when files' own texts were passed on and cannot be taken so: nothing was written. */
  async run(driver: Driver, passesText: boolean): Promise<ImportResult | null> {
    await using loader = await driver.openLoader({ maxFaults: this.#options.maxErrors });
    try {
      const isWhole = await this.#loadAll(loader, passesText);
      return isWhole === null ? null : await this.#result(isWhole);
    } catch (error) {
      if (this.#committed > 0)
        this.#context.progress.warn(`${formatNumberOf("record", this.#committed)} committed before stay`);
      throw error;
    }
  }

  /** False when there are more faults than allowed; null when a text was refused. */
  async #loadAll(loader: Loader, passesText: boolean): Promise<boolean | null> {
    await this.#prepare(loader);
    for (const plan of this.#plan.tables) {
      const outcome = emptyOutcome(plan);
      this.#outcomes.push(outcome);
      const passed = passesText ? await loadText(loader, outcome, this.#context) : "unfit";
      if (passed === "refused") return null;
      if (passed === "unfit") await this.#load(loader, outcome);
      if (!this.#isAllowed) return false;
    }
    return await this.#finish(loader);
  }

  /** Children are emptied before their parents, and parents made before their children. */
  async #prepare(loader: Loader): Promise<void> {
    for (const plan of [...this.#plan.tables].reverse()) {
      if (plan.replaces) this.#deleted.set(plan, await loader.drop(plan.table));
      else if (this.#plan.mode === "truncate" && plan.create === null) {
        this.#deleted.set(plan, await loader.empty(plan.table));
      }
    }
    const { schema, tables } = this.#plan;
    if (schema !== null) await runSchema(loader, schema, "before");
    else for (const { create } of tables) if (create !== null) await loader.create(create);
  }

  async #load(loader: Loader, outcome: TableOutcome): Promise<void> {
    const { progress, signal } = this.#context;
    await loadTable(loader, outcome, {
      progress,
      signal,
      commitEvery: this.#options.isTrial ? null : this.#options.commitEvery,
      goesOn: () => this.#isAllowed,
      commit: async () => void (await this.#finish(loader)),
    });
  }

  /** Checks what is checked last, adds up and commits; false when there are too many faults, or it is a trial. */
  async #finish(loader: Loader): Promise<boolean> {
    const { schema } = this.#plan;
    if (schema !== null) await runSchema(loader, schema, "after");
    this.#note(await loader.settle(), true);
    if (!this.#isAllowed) return false;
    for (const outcome of this.#outcomes) requireSum(outcome);
    if (this.#options.isTrial) return true;
    this.#note(await loader.commit(), false);
    if (!this.#isAllowed) return false;
    for (const outcome of this.#outcomes) outcome.committed = { ...outcome.counts };
    this.#committed = this.#outcomes.reduce((sum, { counts }) => sum + counts.inserted + counts.updated, 0);
    return true;
  }

  /** Faulty records that were taken out again had been counted. */
  #note(faults: readonly TableFault[], areTakenOut: boolean): void {
    for (const { table, wasUpdate, ...fault } of onePerRecord(faults)) {
      const own = this.#outcomes.find(({ plan }) => isSame(plan.table, table));
      const outcome = own ?? this.#outcomes.at(-1);
      if (outcome === undefined) continue;
      const reason = own === undefined ? `${tableWord(table)}: ${fault.reason}` : fault.reason;
      const index = own === undefined || fault.index === null ? null : fault.index + own.base;
      outcome.faults.push({ ...fault, index, reason });
      if (areTakenOut && index !== null) outcome.counts[wasUpdate === true ? "updated" : "inserted"] -= 1;
    }
  }

  get #rejected(): number {
    return this.#outcomes.reduce((sum, { faults, unread }) => sum + faults.length + unread.length, 0);
  }

  /** A fault of no record in particular is a fault of all. */
  get #isAllowed(): boolean {
    const isOfAll = this.#outcomes.some(({ faults }) => faults.some(({ index }) => index === null));
    return !isOfAll && this.#rejected <= this.#options.maxErrors;
  }

  async #result(isWhole: boolean): Promise<ImportResult> {
    const rejects: Reject[] = [];
    for (const outcome of this.#outcomes) rejects.push(...(await rejectsOf(outcome)));
    const tables = this.#outcomes.map((outcome) => this.#tableResult(outcome));
    return { tables, rejects, isWhole, committed: this.#committed };
  }

  /** What is in the database, or after a trial what would be. */
  #tableResult({ plan, read, counts, committed, faults, unread, loose }: TableOutcome): TableResult {
    const rejected = faults.filter(({ index }) => index !== null).length + unread.length;
    const kept = this.#options.isTrial ? counts : committed;
    const deleted = this.#deleted.get(plan) ?? null;
    return { plan, attempted: read, ...kept, rejected, deleted, loose };
  }
}

async function rejectsOf({ plan, faults, unread }: TableOutcome): Promise<readonly Reject[]> {
  const unreadable = unread.map((fault) => unreadReject(plan, fault));
  const refused = faults.length === 0 ? [] : await locateFaults(plan, faults);
  return [...unreadable, ...refused].sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
}

/** A record with two broken references is one that is not taken. */
function onePerRecord(faults: readonly TableFault[]): readonly TableFault[] {
  const found = new Map<string, TableFault>();
  for (const [at, fault] of faults.entries()) {
    const { table, index, reason } = fault;
    const key = index === null ? `${at}` : JSON.stringify([table.schema, table.name, index]);
    const known = found.get(key);
    found.set(key, known === undefined ? fault : { ...known, column: null, reason: `${known.reason}; ${reason}` });
  }
  return [...found.values()];
}

/** What an engine says of a table may lack its schema. */
function isSame(planned: TableName, { schema, name }: TableName): boolean {
  return planned.name === name && (schema === null || planned.schema === schema);
}

function requireSum({ plan, read, counts, faults, unread }: TableOutcome): void {
  const { inserted, updated, skipped } = counts;
  const rejected = faults.length + unread.length;
  const sum = `${read} read, ${inserted} inserted, ${updated} updated, ${skipped} skipped, ${rejected} rejected`;
  if (read === inserted + updated + skipped + rejected) return;
  throw new DbopsError("IMPORT.COUNT_MISMATCH", {
    message: `the records of ${plan.source.place} do not add up; nothing of it was written`,
    why: sum,
    hint: "something in the database changes what is loaded, such as a rule: load into a table without it",
  });
}
