import type { Clock } from "../core/clock.js";
import type { PhaseOptions } from "../core/progress.js";
import { formatBytes, formatCount, formatDuration } from "../core/units.js";
import { displayWidth } from "./display-width.js";

const RATE_AFTER_MS = 1000;
const NOTICED_AFTER_MS = 200;

/** Counts one phase of work and describes it in one line. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #title: string;
  readonly #unit: PhaseOptions["unit"];
  readonly #startedMs: number;
  #total: number | undefined;
  #done = 0;
  #also: string | null = null;

  constructor(clock: Clock, title: string, options: PhaseOptions) {
    this.#clock = clock;
    this.#title = title;
    this.#unit = options.unit;
    this.#total = options.total;
    this.#startedMs = clock.monotonicMs();
  }

  advance(by: number): void {
    this.#done += by;
  }

  at(done: number, total?: number, also?: string): void {
    this.#done = done;
    this.#total = total ?? this.#total;
    this.#also = also ?? this.#also;
  }

  /**
   * `copying  42 %  1.2 GB of 2.9 GB  1,234 records  310 MB/s  5 s left`: what is known now. Where that is more than `width`
   * columns the rate goes first: people wait for the end.
   */
  describe(width: number = Number.POSITIVE_INFINITY): string {
    const elapsedMs = this.#elapsedMs();
    const known = [this.#title, this.#percent(), this.#amount(), this.#also];
    const time = this.#time(elapsedMs);
    const whole = joined([...known, this.#rate(elapsedMs), time]);
    return displayWidth(whole) <= width ? whole : joined([...known, time]);
  }

  /** `copying: 2.9 GB in 9.4 s`, or with the detail that the work itself gave. */
  summarise(detail: string | undefined): string {
    if (detail !== undefined) return `${this.#title}: ${detail}`;
    const took = formatDuration(this.#elapsedMs());
    return `${this.#title}: ${this.#done > 0 ? `${this.#measure(this.#done)} in ${took}` : took}`;
  }

  /** True of a step that took no time and counted nothing: a line of it would only hide the others. */
  isNothingToTell(): boolean {
    return this.#done === 0 && this.#elapsedMs() < NOTICED_AFTER_MS;
  }

  #elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  #percent(): string | null {
    if (this.#total === undefined || this.#total <= 0) return null;
    return `${Math.min(100, Math.floor((this.#done / this.#total) * 100))} %`;
  }

  #amount(): string | null {
    if (this.#total === undefined || this.#total <= 0) return this.#done > 0 ? this.#measure(this.#done) : null;
    const done = this.#unit === "bytes" ? formatBytes(this.#done) : formatCount(this.#done);
    return `${done} of ${this.#measure(this.#total)}`;
  }

  #rate(elapsedMs: number): string | null {
    if (this.#done <= 0 || elapsedMs < RATE_AFTER_MS || this.#unit === "tables") return null;
    return `${this.#measure(Math.round((this.#done / elapsedMs) * 1000))}/s`;
  }

  #time(elapsedMs: number): string | null {
    if (elapsedMs < RATE_AFTER_MS) return null;
    if (this.#total === undefined || this.#done <= 0) return formatDuration(elapsedMs);
    const leftMs = ((this.#total - this.#done) / this.#done) * elapsedMs;
    return leftMs < 1000 ? null : `${formatDuration(leftMs)} left`;
  }

  #measure(amount: number): string {
    if (this.#unit === "bytes") return formatBytes(amount);
    if (this.#unit === undefined) return formatCount(amount);
    return `${formatCount(amount)} ${amount === 1 ? this.#unit.replace(/s$/, "") : this.#unit}`;
  }
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join("  ");
}
