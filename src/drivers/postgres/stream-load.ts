import type { FieldValue } from "../../lib/core/field-value.js";
import type { LoadFault, TableLoad, TableLoadEnd } from "../load-model.js";
import { CopyLines } from "./copy-lines.js";
import type { LoadTarget } from "./load-target.js";
import { recordFault } from "./record-fault.js";
import type { Session } from "./session.js";

/** One COPY for all records: the fastest way, and the first fault ends it. */
export class StreamLoad implements TableLoad {
  readonly #target: LoadTarget;
  readonly #copy: CopyLines;
  #records = 0;

  constructor(session: Session, target: LoadTarget, relation: string) {
    this.#target = target;
    this.#copy = new CopyLines(session, { relation, columns: target.columns });
  }

  async add(rows: readonly (readonly FieldValue[])[]): Promise<readonly LoadFault[]> {
    for (const row of rows) {
      const unspellable = await this.#copy.add(row);
      if (unspellable !== null) return [{ index: this.#records, ...unspellable }];
      this.#records += 1;
    }
    return this.#copy.isOver ? [await this.#refusal()] : [];
  }

  async end(): Promise<TableLoadEnd> {
    const nothing = { inserted: 0, updated: 0, skipped: 0 };
    try {
      const inserted = await this.#copy.end();
      const skipped = this.#target.canSkip ? this.#records - inserted : 0;
      return { counts: { ...nothing, inserted, skipped }, faults: [], loose: [] };
    } catch (error) {
      return { counts: nothing, faults: [this.#fault(error)], loose: [] };
    }
  }

  async #refusal(): Promise<LoadFault> {
    try {
      await this.#copy.done;
    } catch (error) {
      return this.#fault(error);
    }
    throw new Error("COPY ended before its data did");
  }

  /** Rethrows what is no fault of a record. */
  #fault(error: unknown): LoadFault {
    const fault = recordFault(error, this.#target.name);
    if (fault === null) throw error;
    return { index: fault.at, column: fault.column, reason: fault.reason };
  }
}
