import type { Finding } from "./check-result.js";

/** Whether somebody has to do something about it: neither known before nor muted. */
export function isLive({ state }: Finding): boolean {
  return state === "new";
}
