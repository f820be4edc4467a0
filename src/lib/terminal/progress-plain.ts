import type { Phase, PhaseOptions } from "../core/progress.js";
import { ProgressMeter } from "./progress-meter.js";
import type { ProgressOutput, ProgressSettings } from "./progress-output.js";

const PAUSE_MS = 30_000;

/** Progress for logs and cron mails: one line per phase, and at most one line on its way in 30 s. */
export function createPlainProgress(settings: ProgressSettings): ProgressOutput {
  return new PlainProgress(settings);
}

class PlainProgress implements ProgressOutput {
  readonly #settings: ProgressSettings;
  readonly #warnings: string[] = [];
  #lastLineMs: number;

  constructor(settings: ProgressSettings) {
    this.#settings = settings;
    this.#lastLineMs = settings.clock.monotonicMs();
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  phase(title: string, options: PhaseOptions = {}): Phase {
    const { clock, style } = this.#settings;
    const meter = new ProgressMeter(clock, style.clean(title), options);
    return {
      advance: (by) => {
        meter.advance(by);
        this.#reportSometimes(meter);
      },
      at: (done, total, also) => {
        meter.at(done, total, also);
        this.#reportSometimes(meter);
      },
      done: (detail) => this.#talk(meter.summarise(detail === undefined ? undefined : style.clean(detail))),
    };
  }

  warn(message: string): void {
    const { print, style } = this.#settings;
    const clean = style.clean(message);
    this.#warnings.push(clean);
    print(style.paint.warn(`${style.symbols.warn} ${clean}`));
  }

  note(message: string): void {
    this.#talk(this.#settings.style.clean(message));
  }

  stop(): void {
    // Whole lines only: nothing is being drawn.
  }

  #reportSometimes(meter: ProgressMeter): void {
    const nowMs = this.#settings.clock.monotonicMs();
    if (nowMs - this.#lastLineMs < PAUSE_MS) return;
    this.#lastLineMs = nowMs;
    this.#talk(meter.describe());
  }

  #talk(line: string): void {
    if (this.#settings.isTalkative) this.#settings.print(line);
  }
}
