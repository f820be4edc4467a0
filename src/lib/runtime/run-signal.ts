import { setMaxListeners } from "node:events";
import { DbopsError } from "../core/errors.js";
import { formatDuration } from "../core/units.js";
import type { Host } from "./host.js";

const SIGNAL_CODES = { SIGINT: "RUN.INTERRUPTED", SIGTERM: "RUN.TERMINATED", SIGHUP: "RUN.HANGUP" } as const;

/** The one abort signal of a run: Ctrl-C, SIGTERM, SIGHUP and --timeout end it, each with its own error as reason. */
export class RunSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #listening: Disposable;
  #timer: NodeJS.Timeout | null = null;

  /** `onFirst` says "cancelling" at once; the host forces the end on a second signal. */
  constructor(host: Host, onFirst: () => void) {
    // Every session and every child listens while it is open; Node would warn of more than ten.
    setMaxListeners(0, this.#controller.signal);
    this.#listening = host.onSignal((name) => {
      onFirst();
      this.#controller.abort(
        new DbopsError(SIGNAL_CODES[name], {
          message: `stopped by ${name}`,
          why: "the run was cancelled and has cleaned up after itself",
        }),
      );
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  limit(timeoutMs: number): void {
    this.#timer = setTimeout(() => {
      this.#controller.abort(
        new DbopsError("RUN.TIMEOUT", {
          message: `not done after ${formatDuration(timeoutMs)}`,
          why: "--timeout was exceeded",
          hint: "give it more time",
        }),
      );
    }, timeoutMs);
    this.#timer.unref();
  }

  /** What ended the run, when something else failed because of it. */
  reasonFor(thrown: unknown): unknown {
    return this.signal.aborted && this.signal.reason instanceof DbopsError ? this.signal.reason : thrown;
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
