import { appendFile } from "node:fs/promises";
import type { Clock } from "../core/clock.js";
import { DbopsError, messageOf } from "../core/errors.js";
import type { Phase, ProgressSink } from "../core/progress.js";

export type LogLevel = "info" | "warning" | "error";

export interface LogFileOptions {
  /** Absolute. */
  readonly path: string;
  readonly run: string;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** The lines of --log-file: `<time> level=… run=… message`, one for each event, whatever the terminal shows. */
export class LogFile {
  readonly #options: LogFileOptions;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  line(level: LogLevel, message: string): void {
    const { path, run, clock, redact } = this.#options;
    const text = redact(message).replaceAll("\n", "\\n");
    const line = `${clock.now().toISOString()} level=${level} run=${run} ${text}\n`;
    this.#writing = this.#writing.then(() => appendFile(path, line, { mode: 0o600 }));
    // The failure is reported by flush; a line that nobody waits for must not end the process.
    this.#writing.catch(() => {});
  }

  /** Resolves when every line is written. USAGE.INVALID when the file cannot be. */
  async flush(): Promise<void> {
    try {
      await this.#writing;
    } catch (error) {
      throw new DbopsError("USAGE.INVALID", {
        message: `the log file ${this.#options.path} cannot be written`,
        why: messageOf(error),
        cause: error,
      });
    }
  }
}

/** Passes everything on to `sink` and into the log. */
export function loggedProgress(sink: ProgressSink, log: LogFile): ProgressSink {
  return {
    phase: (title, options) => loggedPhase(sink.phase(title, options), title, log),
    warn: (message) => {
      log.line("warning", message);
      sink.warn(message);
    },
    note: (message) => {
      log.line("info", message);
      sink.note(message);
    },
  };
}

function loggedPhase(phase: Phase, title: string, log: LogFile): Phase {
  log.line("info", `${title} …`);
  return {
    advance: (by) => phase.advance(by),
    at: (done, total, also) => phase.at(done, total, also),
    done: (detail) => {
      log.line("info", detail === undefined ? `${title} done` : `${title}: ${detail}`);
      phase.done(detail);
    },
  };
}
