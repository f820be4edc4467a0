import { setTimeout as wait } from "node:timers/promises";
import { DbopsError } from "./errors.js";

const TRIES = 3;
const FIRST_PAUSE_MS = 250;

/** Runs `work` up to three times while it fails with a retryable error, pausing 250 ms and 1 s; an abort throws its reason. */
export async function withRetries<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const canRetry = error instanceof DbopsError && error.retryable && attempt < TRIES;
      if (!canRetry) throw error;
      await wait(FIRST_PAUSE_MS * 4 ** (attempt - 1), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
