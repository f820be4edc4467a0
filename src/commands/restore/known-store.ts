import { DbopsError } from "../../lib/core/errors.js";
import type { Context } from "../define.js";

/** The store of the flag or of the target; null when nothing says where it is. */
export function knownStore(
  context: Context,
  flag: string | null,
  target: Parameters<Context["store"]>[1],
): ReturnType<Context["store"]> | null {
  try {
    return context.store(flag, target);
  } catch (error) {
    if (error instanceof DbopsError && error.code === "CONFIG.NO_STORE") return null;
    throw error;
  }
}
