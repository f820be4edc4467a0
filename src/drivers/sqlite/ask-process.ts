import { systemClock } from "../../lib/core/clock.js";
import { Connection } from "./connection.js";
import { readForeignKeys } from "./facts/foreign-keys.js";
import { readIndexes } from "./facts/indexes.js";
import { serveOrders } from "./order-process.js";
import { type AskAnswer, type AskOrder, isAskOrder } from "./watch-protocol.js";

/** As long as a monitor may keep anybody waiting. */
const BUSY_MS = 100;

/* The forked child that asks a live database through SQLite: a long statement blocks a process, and a killed one harms nothing. */
let opened: Connection | null = null;

serveOrders({ isOrder: isAskOrder, obey, stop: () => opened?.[Symbol.dispose](), doing: "cannot ask the database" });

function obey(order: AskOrder): AskAnswer {
  const startedMs = systemClock.monotonicMs();
  const spentMs = (): number => systemClock.monotonicMs() - startedMs;
  if (order.kind === "open") {
    opened = open(order.path, order.isReadOnly);
    return { of: "open", openMs: spentMs() };
  }
  const connection = opened;
  if (connection === null) throw new Error("a question came before the database was opened");
  switch (order.kind) {
    case "probe":
      connection.count("SELECT count(*) FROM sqlite_schema");
      return { of: "probe", answerMs: spentMs() };
    case "indexes":
      return { of: "indexes", fact: readIndexes(connection), answerMs: spentMs() };
    case "foreignKeys":
      return { of: "foreignKeys", fact: readForeignKeys(connection), answerMs: spentMs() };
  }
}

function open(path: string, isReadOnly: boolean): Connection {
  const connection = new Connection(path, { isReadOnly, busyTimeoutMs: BUSY_MS });
  connection.db.pragma("query_only = ON");
  return connection;
}
