import { DbopsError } from "../../lib/core/errors.js";
import type { TableName } from "../driver.js";
import type { TableFault } from "../load-model.js";
import { refusalOf, type WaitingRow } from "./batch-load.js";
import type { RowPut } from "./row-put.js";
import type { Session } from "./session.js";

interface Waiting {
  readonly table: TableName;
  readonly put: RowPut;
  readonly row: WaitingRow;
}

/** Records that refer to rows which were not there when their turn came. */
export class WaitingRows {
  readonly #session: Session;
  #waiting: Waiting[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** Puts in what has become possible, again and again; what remains are faults. */
  async settle(): Promise<readonly TableFault[]> {
    for (;;) {
      const before = this.#waiting;
      this.#waiting = [];
      for (const waiting of before) if (!(await this.#tryAgain(waiting))) this.#waiting.push(waiting);
      if (this.#waiting.length === before.length || this.#waiting.length === 0) break;
    }
    return this.#waiting.splice(0).map(({ table, row }) => ({ ...row.fault, table }));
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
