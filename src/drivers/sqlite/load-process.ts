import { DbopsError } from "../../lib/core/errors.js";
import { isLoadOrder, type LoadAnswer, type LoadOrder } from "./load-protocol.js";
import { LoadSession } from "./load-session.js";
import { serveOrders } from "./order-process.js";
import { ScriptRun } from "./script-run.js";

/* The forked child that loads: inserting blocks a process and its signals. */
let session: LoadSession | null = null;
let script: ScriptRun | null = null;

serveOrders({
  isOrder: isLoadOrder,
  obey,
  stop: () => {
    script?.[Symbol.dispose]();
    session?.[Symbol.dispose]();
  },
  doing: "the import failed",
});

function obey(order: LoadOrder): LoadAnswer {
  if (order.kind === "open") {
    session = new LoadSession(order);
    return { of: "done" };
  }
  if (order.kind === "openScript") {
    script = new ScriptRun(order);
    return { of: "done" };
  }
  if (order.kind === "script" || order.kind === "endScript") return obeyScript(order);
  if (session === null)
    throw new DbopsError("RUN.BUG", { message: "loading was asked for before the database was opened" });
  return session.obey(order);
}

function obeyScript(order: Extract<LoadOrder, { kind: "script" | "endScript" }>): LoadAnswer {
  if (script === null) throw new DbopsError("RUN.BUG", { message: "a script came before its database was opened" });
  if (order.kind === "endScript") return { of: "script", outcome: script.end(order.isTrial) };
  const { buffer, byteOffset, byteLength } = order.bytes;
  script.take(Buffer.from(buffer, byteOffset, byteLength));
  return { of: "done" };
}
