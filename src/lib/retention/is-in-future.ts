/** A server's clock may be ahead of ours by this much before its backup counts as taken in the future. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Whether a clock must have been wrong: by such a time neither ages nor order can be told. */
export function isInFuture(takenAt: Date, now: Date): boolean {
  return takenAt.getTime() > now.getTime() + CLOCK_TOLERANCE_MS;
}
