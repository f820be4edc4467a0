const DEFAULT_MS = 10_000;

/** How long a swap waits for other sessions: `--lock-wait`, else ten seconds. */
export function swapWaitMs(lockWaitMs: number | null): number {
  return lockWaitMs ?? DEFAULT_MS;
}
