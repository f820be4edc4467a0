import type { Clock } from "../core/clock.js";
import type { Environment } from "../core/environment.js";
import type { Ids } from "../core/ids.js";
import type { Streams } from "../terminal/streams.js";

/** The world that a run lives in; tests make their own. */
export interface Host {
  readonly environment: Environment;
  readonly streams: Streams;
  readonly cwd: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Calls back on SIGINT, SIGTERM and SIGHUP until disposed. */
  onSignal(listener: (name: "SIGINT" | "SIGTERM" | "SIGHUP") => void): Disposable;
}
