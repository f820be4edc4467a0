import type { FieldValue } from "../../lib/core/field-value.js";
import type { LoadFault, LooseValues, TableLoad, TableLoadEnd } from "../load-model.js";
import type { BoundColumn } from "./bind-value.js";
import type { LoadClient } from "./load-client.js";
import { faultsOf, unexpected } from "./load-protocol.js";
import { packRows } from "./packed-rows.js";
import { sendLarge } from "./send-large.js";

/**
 * Records of one message, and messages on their way: several must fit into the channel at once, or the child waits for
 * the end of one while this process is busy with the next.
 */
const PIECE_ROWS = 400;
const AHEAD = 12;

/** Binds records here, and lets the child insert them meanwhile. */
export class SqliteTableLoad implements TableLoad {
  readonly #client: LoadClient;
  readonly #columns: readonly BoundColumn[];
  readonly #sent: Promise<readonly LoadFault[]>[] = [];
  readonly #loose = new Map<string, LooseValues>();
  #records = 0;

  constructor(client: LoadClient, columns: readonly BoundColumn[]) {
    this.#client = client;
    this.#columns = columns;
  }

  async add(rows: readonly (readonly FieldValue[])[]): Promise<readonly LoadFault[]> {
    const faults: LoadFault[] = [];
    for (let start = 0; start < rows.length; ) {
      start += await this.#send(rows.slice(start, start + PIECE_ROWS));
      while (this.#sent.length > AHEAD) faults.push(...((await this.#sent.shift()) ?? []));
    }
    return faults;
  }

  async end(): Promise<TableLoadEnd> {
    const faults: LoadFault[] = [];
    for (const answer of this.#sent.splice(0)) faults.push(...(await answer));
    const answer = await this.#client.ask({ kind: "end" });
    if (answer.of !== "end") return unexpected(answer);
    return { counts: answer.counts, faults, loose: [...this.#loose.values()] };
  }

  /** How many of the records are on their way. */
  async #send(rows: readonly (readonly FieldValue[])[]): Promise<number> {
    const { packed, large } = packRows(rows, this.#columns, (column, row) =>
      this.#noteLoose(column, this.#records + row),
    );
    this.#records += packed.rows;
    for (const value of large) await sendLarge(this.#client, value);
    const answer = this.#client.ask({ kind: "rows", rows: packed }).then(faultsOf);
    // Its failure is met when its turn comes.
    answer.catch(() => undefined);
    this.#sent.push(answer);
    return packed.rows;
  }

  #noteLoose({ name: column }: BoundColumn, index: number): void {
    const known = this.#loose.get(column);
    const reason = "a text that is no number";
    this.#loose.set(column, { column, reason, index: known?.index ?? index, rows: (known?.rows ?? 0) + 1 });
  }
}
