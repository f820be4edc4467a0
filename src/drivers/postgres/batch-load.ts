import type { FieldValue } from "../../lib/core/field-value.js";
import type { LoadCounts, LoadFault, TableLoad, TableLoadEnd } from "../load-model.js";
import { recordFault } from "./record-fault.js";
import { type RowPut, Unsent } from "./row-put.js";
import type { Session } from "./session.js";

export interface IndexedRow {
  readonly index: number;
  readonly fields: readonly FieldValue[];
}

/** A record whose reference leads nowhere yet: another record may bring what it refers to. */
export interface WaitingRow extends IndexedRow {
  readonly fault: LoadFault;
}

export interface BatchOptions {
  readonly maxFaults: number;
  /** Takes records that wait for others, and then they count as inserted; null where their faults are final. */
  readonly onWaiting: ((row: WaitingRow) => void) | null;
}

interface Refusal {
  readonly at: number | null;
  readonly fault: Omit<LoadFault, "index">;
  readonly isReference: boolean;
}

const BATCH_ROWS = 5000;

/** Records in batches; where faults are allowed, each batch under a savepoint, taken apart until the faulty records are found. */
export class BatchLoad implements TableLoad {
  readonly #session: Session;
  readonly #put: RowPut;
  readonly #options: BatchOptions;
  readonly #counts = { inserted: 0, updated: 0, skipped: 0 };
  #held: IndexedRow[] = [];
  #records = 0;
  #faults: LoadFault[] = [];
  #faultCount = 0;

  constructor(session: Session, put: RowPut, options: BatchOptions) {
    this.#session = session;
    this.#put = put;
    this.#options = options;
  }

  async add(rows: readonly (readonly FieldValue[])[]): Promise<readonly LoadFault[]> {
    for (const fields of rows) {
      this.#held.push({ index: this.#records, fields });
      this.#records += 1;
      if (this.#held.length >= BATCH_ROWS) await this.#flush();
    }
    return this.#faults.splice(0);
  }

  async end(): Promise<TableLoadEnd> {
    await this.#flush();
    return { counts: { ...this.#counts }, faults: this.#faults.splice(0), loose: [] };
  }

  get #hasFailed(): boolean {
    return this.#faultCount > this.#options.maxFaults;
  }

  /** In order: a later record of the same key comes after an earlier one. */
  async #flush(): Promise<void> {
    const work: (readonly IndexedRow[])[] = [this.#held];
    this.#held = [];
    while (!this.#hasFailed) {
      const rows = work.pop();
      if (rows === undefined) return;
      if (rows.length === 0) continue;
      const refusal = await this.#try(rows);
      if (refusal === null) continue;
      if (refusal.at === null && rows.length > 1 && this.#options.maxFaults > 0) {
        const half = Math.ceil(rows.length / 2);
        work.push(rows.slice(half), rows.slice(0, half));
        continue;
      }
      const at = rows.length === 1 ? 0 : refusal.at;
      this.#refuse(at === null ? null : (rows[at] ?? null), refusal);
      if (at !== null) work.push(rows.slice(at + 1), rows.slice(0, at));
    }
  }

  #refuse(row: IndexedRow | null, { fault, isReference }: Refusal): void {
    const found = { index: row?.index ?? null, ...fault };
    if (row !== null && isReference && this.#options.onWaiting !== null) {
      this.#options.onWaiting({ ...row, fault: found });
      this.#counts.inserted += 1;
      return;
    }
    this.#faults.push(found);
    this.#faultCount += 1;
  }

  /** null when all were put in. Rethrows what is no fault of a record. */
  async #try(rows: readonly IndexedRow[]): Promise<Refusal | null> {
    const isTolerant = this.#options.maxFaults > 0;
    if (isTolerant) await this.#session.run("SAVEPOINT dbops_batch");
    try {
      this.#add(await this.#put.put(rows.map(({ fields }) => fields)));
      if (isTolerant) await this.#session.run("RELEASE SAVEPOINT dbops_batch");
      return null;
    } catch (error) {
      const refusal = refusalOf(error, this.#put.relation);
      if (refusal === null) throw error;
      if (isTolerant) await this.#session.run("ROLLBACK TO SAVEPOINT dbops_batch; RELEASE SAVEPOINT dbops_batch");
      return refusal;
    }
  }

  #add({ inserted, updated, skipped }: LoadCounts): void {
    this.#counts.inserted += inserted;
    this.#counts.updated += updated;
    this.#counts.skipped += skipped;
  }
}

/** What an error says about one of the records that were put in together; null when it says nothing of them. */
export function refusalOf(error: unknown, relation: string): Refusal | null {
  if (error instanceof Unsent) {
    return { at: error.at, fault: { column: error.column, reason: error.reason }, isReference: false };
  }
  const found = recordFault(error, relation);
  return found === null
    ? null
    : { at: found.at, fault: { column: found.column, reason: found.reason }, isReference: found.isReference };
}
