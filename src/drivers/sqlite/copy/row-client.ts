import type { ChildProcess } from "node:child_process";
import { DbopsError } from "../../../lib/core/errors.js";
import { type Child, toolFailed } from "../../../lib/system/child-registry.js";
import type { DriverContext } from "../../driver.js";
import { isRowReply, type RowAnswer, type RowOrder, type RowReply } from "./row-protocol.js";

interface Waiting {
  readonly resolve: (answer: RowAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** The forked child that reads and loads rows; orders may be given ahead of the answers. Aborting the run or disposing ends it. */
export class RowClient implements AsyncDisposable {
  readonly #child: Child;
  readonly #process: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #waiting: Waiting[] = [];
  readonly #onAbort = (): void => void this.#child.end();

  private constructor(started: { readonly child: Child; readonly process: ChildProcess }, signal: AbortSignal) {
    this.#child = started.child;
    this.#process = started.process;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#process.on("message", (message: unknown) => {
      if (isRowReply(message)) this.#settle(message);
    });
    void this.#child.ended.then((end) => this.#rejectAll(toolFailed("the SQLite row process", end)));
  }

  static async start(context: DriverContext): Promise<RowClient> {
    context.signal.throwIfAborted();
    const module = new URL("./row-process.js", import.meta.url);
    return new RowClient(await context.children.fork(module, context.env), context.signal);
  }

  /** The answer to one order; they come in the order of asking. */
  async ask(order: RowOrder): Promise<RowAnswer> {
    try {
      return await this.#answer(order);
    } finally {
      // Whatever an aborted child still said, the run's own reason counts.
      this.#signal.throwIfAborted();
    }
  }

  /** The same, whatever the run's signal says meanwhile: what became of a commit must be known. */
  async askToEnd(order: RowOrder): Promise<RowAnswer> {
    this.#signal.throwIfAborted();
    this.#signal.removeEventListener("abort", this.#onAbort);
    try {
      return await this.#answer(order);
    } finally {
      if (this.#signal.aborted) this.#onAbort();
      else this.#signal.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await this.#child.end();
  }

  #answer(order: RowOrder): Promise<RowAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // A channel that breaks means that the child has died, which its end reports.
      if (this.#process.connected) this.#process.send(order, () => undefined);
      else void this.#child.ended.then((end) => reject(toolFailed("the SQLite row process", end)));
    });
  }

  #settle(reply: RowReply): void {
    const waiting = this.#waiting.shift();
    if (reply.kind === "answer") waiting?.resolve(reply.answer);
    else waiting?.reject(errorOf(reply));
  }

  #rejectAll(error: DbopsError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function errorOf({ code, message, why, hint }: Extract<RowReply, { kind: "failed" }>): DbopsError {
  return new DbopsError(code, { message, why: why ?? undefined, hint: hint ?? undefined });
}
