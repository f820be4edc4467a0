import { DbopsError } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import type { TableFault } from "../load-model.js";
import { refusalOf, type WaitingRow } from "./batch-load.js";
import { immediateCycle } from "./immediate-cycle.js";
import { recordFault } from "./record-fault.js";
import type { RowPut } from "./row-put.js";
import type { Session } from "./session.js";

interface Waiting {
  readonly table: TableName;
  readonly oid: number;
  readonly put: RowPut;
  readonly row: WaitingRow;
}

/** Records that refer to rows which were not there when their turn came. */
export class WaitingRows {
  readonly #session: Session;
  readonly #maxFaults: number;
  #waiting: Waiting[] = [];

  constructor(session: Session, maxFaults: number) {
    this.#session = session;
    this.#maxFaults = maxFaults;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** Puts in what has become possible, then what is possible with all checks at the end; what remains are faults. */
  async settle(): Promise<readonly TableFault[]> {
    this.#waiting = await this.#putAll(this.#waiting);
    const left = this.#waiting.splice(0);
    const faulty = left.length === 0 ? [] : await this.#putDeferred(left);
    const faults = faulty.map(({ table, row }) => ({ ...row.fault, table }));
    const [first] = faulty;
    if (first === undefined) return faults;
    const reason = await immediateCycle(this.#session, new Set(faulty.map(({ oid }) => oid)), faults);
    return reason === null ? faults : [{ table: first.table, index: null, column: null, reason }];
  }

  /** Again and again, as each may be what another waits for; those that remain. */
  async #putAll(rows: readonly Waiting[]): Promise<Waiting[]> {
    let before = [...rows];
    for (;;) {
      const after: Waiting[] = [];
      for (const waiting of before) if (!(await this.#tryAgain(waiting))) after.push(waiting);
      if (after.length === before.length || after.length === 0) return after;
      before = after;
    }
  }

  /** Records that refer to each other go in together; the faulty ones. */
  async #putDeferred(rows: readonly Waiting[]): Promise<readonly Waiting[]> {
    const faulty: Waiting[] = [];
    let rest = [...rows];
    while (faulty.length <= this.#maxFaults) {
      await this.#session.run("SAVEPOINT dbops_deferred; SET CONSTRAINTS ALL DEFERRED");
      const left = await this.#putAll(rest);
      const reason = left.length === rest.length ? null : await this.#violation();
      if (reason === null) {
        await this.#session.run("SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT dbops_deferred");
        return [...faulty, ...left];
      }
      await this.#session.run("ROLLBACK TO SAVEPOINT dbops_deferred; RELEASE SAVEPOINT dbops_deferred");
      const found = rest.filter(({ row }) => row.fault.reason === reason);
      // Whose violation it is does not show: each of them refers to something that is not there.
      if (found.length === 0) break;
      faulty.push(...found);
      rest = rest.filter((one) => !found.includes(one));
    }
    return [...faulty, ...rest];
  }

  /** What is wrong with the rows that are there now; null when nothing is. */
  async #violation(): Promise<string | null> {
    try {
      await this.#session.run("SET CONSTRAINTS ALL IMMEDIATE");
      return null;
    } catch (error) {
      const fault = recordFault(error, "");
      if (fault === null) throw error;
      return fault.reason;
    }
  }

  async #tryAgain({ put, row }: Waiting): Promise<boolean> {
    await this.#session.run("SAVEPOINT dbops_waiting");
    try {
      const { inserted } = await put.put([row.fields]);
      if (inserted !== 1) throw taken(row);
      await this.#session.run("RELEASE SAVEPOINT dbops_waiting");
      return true;
    } catch (error) {
      if (refusalOf(error, put.relation) === null) throw error;
      await this.#session.run("ROLLBACK TO SAVEPOINT dbops_waiting; RELEASE SAVEPOINT dbops_waiting");
      return false;
    }
  }
}

function taken({ index }: WaitingRow): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: `a trigger took away record ${index + 1}, whose reference came after it`,
    hint: "put the records that others refer to first",
  });
}
