import { systemClock } from "../../lib/core/clock.js";
import { Connection } from "./connection.js";
import { serveOrders } from "./order-process.js";
import { type AskAnswer, type AskOrder, isAskOrder } from "./watch-protocol.js";

/** As long as a monitor may keep anybody waiting. */
const BUSY_MS = 100;

/* The forked child that asks a live database through SQLite: a long statement blocks a process, and a killed one harms nothing. */
serveOrders({ isOrder: isAskOrder, obey: probe, stop: () => undefined, doing: "cannot ask the database" });

function probe({ path, isReadOnly }: AskOrder): AskAnswer {
  const startedMs = systemClock.monotonicMs();
  using connection = new Connection(path, { isReadOnly, busyTimeoutMs: BUSY_MS });
  connection.db.pragma("query_only = ON");
  const openedMs = systemClock.monotonicMs();
  connection.count("SELECT count(*) FROM sqlite_schema");
  return { openMs: openedMs - startedMs, answerMs: systemClock.monotonicMs() - openedMs };
}
