import { readLogIndex } from "./facts/log-index.js";
import { readPages } from "./facts/pages.js";
import { serveOrders } from "./order-process.js";
import { isLookOrder, type LookAnswer, type LookOrder } from "./watch-protocol.js";

/*
 * The forked child that reads a live database's header and its log's index as plain files. It has no database open, so that
 * closing these files drops nobody's locks.
 */
serveOrders({ isOrder: isLookOrder, obey, stop: () => undefined, doing: "cannot look at the file" });

function obey(order: LookOrder): LookAnswer {
  if (order.kind === "pages") return { of: "pages", pages: readPages(order.path) };
  return { of: "log", index: readLogIndex(order.path) };
}
