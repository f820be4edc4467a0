import type { Clock } from "../core/clock.js";
import { DbopsError } from "../core/errors.js";
import { formatDuration } from "../core/units.js";

/** When connecting has to be over. */
export interface ConnectLimit {
  readonly signal: AbortSignal;
  readonly connectTimeoutMs: number;
}

/** How long a run may look; what is not done by then is left out, and said so. */
export class TimeBudget {
  readonly totalMs: number;
  /** Ends the run itself. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #endMs: number;

  constructor(totalMs: number, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }) {
    this.totalMs = totalMs;
    this.signal = signal;
    this.#clock = clock;
    this.#endMs = clock.monotonicMs() + totalMs;
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - this.#clock.monotonicMs());
  }

  /** Work that is given a part of the budget; its signal also ends with the run. CONNECT.TIMEOUT when it is not done by then. */
  async limited<T>(partMs: number, work: (limit: ConnectLimit) => Promise<T>): Promise<T> {
    const limitMs = Math.min(partMs, this.leftMs);
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(tooLate(limitMs)), limitMs);
    try {
      const signal = AbortSignal.any([this.signal, ending.signal]);
      const done = await work({ signal, connectTimeoutMs: limitMs });
      // What came to its end only after the time was over could not be used any more.
      ending.signal.throwIfAborted();
      return done;
    } catch (error) {
      throw ending.signal.aborted ? ending.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooLate(limitMs: number): DbopsError {
  return new DbopsError("CONNECT.TIMEOUT", {
    message: `no connection within ${formatDuration(limitMs)}`,
    why: "the monitor waits no longer for a database, so that it never piles up",
    hint: "check host and firewall, or whether the server is overloaded",
  });
}
