import { DbopsError } from "../../../lib/core/errors.js";
import type { RowKey } from "../../copy-rows-model.js";
import type { TargetTable } from "../../copy-target-model.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keyOrder } from "./key-order.js";
import { keyOf, type Ledger } from "./ledger.js";
import { inTransaction } from "./make-tables.js";
import { readRelation } from "./read-relation.js";

export interface CutBack {
  /** The first one that goes. */
  readonly chunk: number;
  readonly place: HiddenPlace;
  readonly ledger: Ledger;
  readonly key: RowKey;
}

/** Takes back chunks from that one on, rows and checkpoints as one; nothing lies behind the last checkpoint by itself. */
export async function cutBack(session: Session, table: TargetTable, how: CutBack): Promise<void> {
  const { chunk, ledger, key, place } = how;
  const own = (await ledger.checkpoints(session)).filter((each) => keyOf(each.table) === keyOf(table.name));
  if (own.every((each) => each.chunk < chunk)) return;
  const last = own.filter((each) => each.chunk < chunk && each.rows > 0).at(-1);
  const lastKey = last?.lastKey ?? null;
  await inTransaction(session, async () => {
    const relation = await readRelation(session, place.of(table.name));
    if (last === undefined) await session.run(`TRUNCATE ${relation.from}`);
    else if (lastKey !== null) {
      const read = { table: table.name, columns: table.columns, key, after: lastKey, upTo: null };
      await session.run(`DELETE FROM ${relation.from}${keyOrder(read, relation).where}`);
    } else throw new DbopsError("RUN.BUG", { message: `chunk ${chunk} of ${table.name.name} has no place to begin` });
    await ledger.cut(session, table.name, chunk);
  });
}
