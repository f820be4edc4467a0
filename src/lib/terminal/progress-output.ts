import type { Clock } from "../core/clock.js";
import type { ProgressSink } from "../core/progress.js";
import type { Style } from "./style.js";

/** A progress sink that draws: it must be stopped before anything else is printed. */
export interface ProgressOutput extends ProgressSink {
  /** Everything passed to `warn`, in order. */
  readonly warnings: readonly string[];
  /** Ends an open phase without a closing line, and whatever is being drawn. */
  stop(): void;
}

export interface ProgressSettings {
  readonly clock: Clock;
  readonly style: Style;
  /** Whether phases and notes are shown; warnings always are. */
  readonly isTalkative: boolean;
  /** Prints one whole line on stderr. */
  readonly print: (line: string) => void;
}
