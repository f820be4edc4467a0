import type { ChildProcess } from "node:child_process";
import type { DbopsError } from "../../lib/core/errors.js";
import { type Child, toolFailed } from "../../lib/system/child-registry.js";
import type { DriverContext } from "../driver.js";
import { errorOf, isOrderReply, type OrderReply } from "./order-protocol.js";

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How a child is called in messages, and its module. */
export interface OrderChild {
  readonly title: string;
  readonly module: URL;
  /** Whom it runs as, if not as this process. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
}

/** A forked child that obeys orders; they may be given ahead of the answers. Aborting the run or disposing ends it. */
export class OrderClient<Order extends { readonly kind: string }, Answer> implements AsyncDisposable {
  readonly #title: string;
  readonly #child: Child;
  readonly #process: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #waiting: Waiting<Answer>[] = [];
  readonly #onAbort = (): void => void this.#child.end();

  private constructor(
    title: string,
    started: { readonly child: Child; readonly process: ChildProcess },
    signal: AbortSignal,
  ) {
    this.#title = title;
    this.#child = started.child;
    this.#process = started.process;
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#process.on("message", (message: unknown) => {
      if (isOrderReply<Answer>(message)) this.#settle(message);
    });
    void this.#child.ended.then((end) => this.#rejectAll(toolFailed(title, end)));
  }

  static async start<Order extends { readonly kind: string }, Answer>(
    { title, module, user = null }: OrderChild,
    context: DriverContext,
  ): Promise<OrderClient<Order, Answer>> {
    context.signal.throwIfAborted();
    return new OrderClient(title, await context.children.fork(module, context.env, { user }), context.signal);
  }

  /** The answer to one order; they come in the order of asking. */
  async ask(order: Order): Promise<Answer> {
    try {
      return await this.#answer(order);
    } finally {
      // Whatever an aborted child still said, the run's own reason counts.
      this.#signal.throwIfAborted();
    }
  }

  /** The same, whatever the run's signal says meanwhile: what became of a commit must be known. */
  async askToEnd(order: Order): Promise<Answer> {
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

  #answer(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // A channel that breaks means that the child has died, which its end reports.
      if (this.#process.connected) this.#process.send(order, () => undefined);
      else void this.#child.ended.then((end) => reject(toolFailed(this.#title, end)));
    });
  }

  #settle(reply: OrderReply<Answer>): void {
    const waiting = this.#waiting.shift();
    if (reply.kind === "answer") waiting?.resolve(reply.answer);
    else waiting?.reject(errorOf(reply));
  }

  #rejectAll(error: DbopsError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
