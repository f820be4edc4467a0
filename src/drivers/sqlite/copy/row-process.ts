import { asDbopsError, DbopsError } from "../../../lib/core/errors.js";
import { translateError } from "../errors.js";
import { fileDigest } from "./file-digest.js";
import { isRowOrder, type RowAnswer, type RowOrder, type RowReply } from "./row-protocol.js";
import { RowSession } from "./row-session.js";

/*
 * The forked child that reads the rows of a copy: a long statement blocks a process and its signals. It ends when its
 * parent lets go of the channel, or dies.
 */
let session: RowSession | null = null;
let hasStopped = false;

process.on("message", (message: unknown) => {
  if (isRowOrder(message)) answer(message);
});
process.on("disconnect", stop);
process.on("SIGTERM", () => {
  stop();
  if (process.connected) process.disconnect();
});

function answer(order: RowOrder): void {
  if (hasStopped) return;
  try {
    send({ kind: "answer", answer: obey(order) });
  } catch (error) {
    const { code, message, why, hint } = asDbopsError(translateError(error, "the copy failed"));
    send({ kind: "failed", code, message, why, hint });
  }
}

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

function stop(): void {
  hasStopped = true;
  session?.[Symbol.dispose]();
}

function send(reply: RowReply): void {
  if (process.connected) process.send?.(reply);
}
