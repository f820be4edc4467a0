import type { Clock } from "#dbops/lib/core/clock.js";

/** A clock that only moves when it is told to. */
export class ManualClock implements Clock {
  #elapsedMs = 0;

  constructor(private readonly startedAt = new Date("2026-09-01T02:15:00Z")) {}

  now(): Date {
    return new Date(this.startedAt.getTime() + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  pass(ms: number): void {
    this.#elapsedMs += ms;
  }
}
