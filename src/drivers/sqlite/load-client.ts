import type { DriverContext } from "../driver.js";
import type { LoadAnswer, LoadOrder } from "./load-protocol.js";
import { OrderClient } from "./order-client.js";

export type LoadClient = OrderClient<LoadOrder, LoadAnswer>;

/** Starts the child that loads. */
export function startLoadClient(context: DriverContext): Promise<LoadClient> {
  const module = new URL("./load-process.js", import.meta.url);
  return OrderClient.start({ title: "the SQLite loader", module }, context);
}
