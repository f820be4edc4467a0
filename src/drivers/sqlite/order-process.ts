import { failedReply, type OrderReply } from "./order-protocol.js";

export interface OrderService<Order, Answer> {
  isOrder(message: unknown): message is Order;
  obey(order: Order): Answer;
  /** Lets go of everything; what was not committed is rolled back. */
  stop(): void;
  /** Of errors that say no more: "the copy failed". */
  readonly doing: string;
}

/** Makes this process a child that obeys orders until its parent lets go of the channel, or dies. */
export function serveOrders<Order, Answer>({ isOrder, obey, stop, doing }: OrderService<Order, Answer>): void {
  let hasStopped = false;
  const end = (): void => {
    hasStopped = true;
    stop();
  };
  process.on("message", (message: unknown) => {
    if (!hasStopped && isOrder(message)) send(replyTo(() => obey(message), doing));
  });
  process.on("disconnect", end);
  process.on("SIGTERM", () => {
    end();
    if (process.connected) process.disconnect();
  });
}

function replyTo<Answer>(obey: () => Answer, doing: string): OrderReply<Answer> {
  try {
    return { kind: "answer", answer: obey() };
  } catch (error) {
    return failedReply(error, doing);
  }
}

function send(reply: OrderReply<unknown>): void {
  if (process.connected) process.send?.(reply);
}
