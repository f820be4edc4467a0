import { DbopsError } from "../lib/core/errors.js";
import type { Engine } from "./driver.js";

/** Every engine, loaded when it is first needed. */
const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  sqlite: async () => (await import("./sqlite/engine.js")).sqliteEngine,
  postgres: async () => (await import("./postgres/engine.js")).postgresEngine,
};

export const ENGINE_NAMES: readonly string[] = Object.keys(ENGINES);

/** UNSUPPORTED.ENGINE for a name that no driver has. */
export async function loadEngine(name: string): Promise<Engine> {
  const load = ENGINES[name];
  if (load !== undefined) return await load();
  throw new DbopsError("UNSUPPORTED.ENGINE", {
    message: `dbops has no driver for "${name}"`,
    why: `it knows ${ENGINE_NAMES.join(" and ")}`,
  });
}
