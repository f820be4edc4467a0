import { asDbopsError, DbopsError } from "../../lib/core/errors.js";
import { translateError } from "./errors.js";
import { isLoadOrder, type LoadAnswer, type LoadOrder, type LoadReply } from "./load-protocol.js";
import { LoadSession } from "./load-session.js";
import { ScriptRun } from "./script-run.js";

/*
 * The forked child that loads: inserting blocks a process and its signals. It ends when its parent lets go of the
 * channel, or dies, and what was not committed is rolled back.
 */
let session: LoadSession | null = null;
let script: ScriptRun | null = null;
let hasStopped = false;

process.on("message", (message: unknown) => {
  if (isLoadOrder(message)) answer(message);
});
process.on("disconnect", stop);
process.on("SIGTERM", () => {
  stop();
  if (process.connected) process.disconnect();
});

function answer(order: LoadOrder): void {
  if (hasStopped) return;
  try {
    send({ kind: "answer", answer: obey(order) });
  } catch (error) {
    const { code, message, why, hint } = asDbopsError(translateError(error, "the import failed"));
    send({ kind: "failed", code, message, why, hint });
  }
}

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

function stop(): void {
  hasStopped = true;
  script?.[Symbol.dispose]();
  session?.[Symbol.dispose]();
}

function send(reply: LoadReply): void {
  if (process.connected) process.send?.(reply);
}
