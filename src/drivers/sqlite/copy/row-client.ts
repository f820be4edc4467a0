import type { DriverContext } from "../../driver.js";
import { OrderClient } from "../order-client.js";
import type { RowAnswer, RowOrder } from "./row-protocol.js";

export type RowClient = OrderClient<RowOrder, RowAnswer>;

/** Starts a child that reads and loads rows. */
export function startRowClient(context: DriverContext): Promise<RowClient> {
  const module = new URL("./row-process.js", import.meta.url);
  return OrderClient.start({ title: "the SQLite row process", module }, context);
}
