import { DbopsError } from "../../../lib/core/errors.js";
import { serveOrders } from "../order-process.js";
import { fileDigest } from "./file-digest.js";
import { isRowOrder, type RowAnswer, type RowOrder } from "./row-protocol.js";
import { RowSession } from "./row-session.js";

/* The forked child that reads and loads the rows of a copy: a long statement blocks a process and its signals. */
let session: RowSession | null = null;

serveOrders({
  isOrder: isRowOrder,
  obey,
  stop: () => session?.[Symbol.dispose](),
  doing: "the copy failed",
});

function obey(order: RowOrder): RowAnswer {
  if (order.kind === "open") {
    session = new RowSession(order);
    return { of: "done" };
  }
  if (order.kind === "digest") return { of: "digest", sha256: fileDigest(order.path) };
  if (session === null)
    throw new DbopsError("RUN.BUG", { message: "rows were asked for before the database was opened" });
  return session.obey(order);
}
