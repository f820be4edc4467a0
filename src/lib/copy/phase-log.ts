import { type Clock, timed } from "../core/clock.js";

/** How long each part of a copy took, in whole milliseconds. */
export class PhaseLog {
  readonly #clock: Clock;
  readonly #phases: { readonly name: string; readonly ms: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get phases(): readonly { readonly name: string; readonly ms: number }[] {
    return this.#phases;
  }

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { value, durationMs } = await timed(this.#clock, work);
    this.#phases.push({ name, ms: durationMs });
    return value;
  }
}
