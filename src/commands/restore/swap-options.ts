import type { OptionSpec } from "../define.js";

/** How a swap treats those who use the database. */
export const SWAP_OPTIONS = [
  { flags: "--disconnect", help: "end other sessions instead of waiting for them (PostgreSQL)" },
  { flags: "--with-service", help: "stop and start the target's configured service around the swap" },
] as const satisfies readonly OptionSpec[];
