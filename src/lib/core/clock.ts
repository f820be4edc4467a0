/** Wall time for stamps, monotonic time for durations: the only two clocks of a run. */
export interface Clock {
  /** The present instant, for stamps. */
  now(): Date;
  /** Milliseconds on a clock that never jumps, for durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

/** 20260901T021500Z: RFC 3339 basic format, UTC, whole seconds; sorts as text. */
export function basicTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** Runs `work` and says how long it took, in whole milliseconds of the monotonic clock. */
export async function timed<T>(clock: Clock, work: () => Promise<T>): Promise<{ value: T; durationMs: number }> {
  const startedMs = clock.monotonicMs();
  const value = await work();
  return { value, durationMs: Math.round(clock.monotonicMs() - startedMs) };
}
