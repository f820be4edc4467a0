import type { Ora } from "ora";
import { messageOf } from "../core/errors.js";
import type { Phase, PhaseOptions } from "../core/progress.js";
import { truncateToWidth } from "./display-width.js";
import { ProgressMeter } from "./progress-meter.js";
import type { ProgressOutput, ProgressSettings } from "./progress-output.js";
import type { ScreenStream } from "./screen-stream.js";

// The spinner's frame, two spaces, and the last column, which some terminals wrap at.
const SPINNER_COLUMNS = 4;

/** Progress as one moving line at the foot of a terminal; a finished phase leaves one line behind. */
export function createLiveProgress(settings: ProgressSettings, screen: ScreenStream): ProgressOutput {
  return new LiveProgress(settings, screen);
}

class LiveProgress implements ProgressOutput {
  readonly #settings: ProgressSettings;
  readonly #screen: ScreenStream;
  readonly #warnings: string[] = [];
  #meter: ProgressMeter | null = null;
  #spinner: Ora | null = null;
  #isLoading = false;

  constructor(settings: ProgressSettings, screen: ScreenStream) {
    this.#settings = settings;
    this.#screen = screen;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  phase(title: string, options: PhaseOptions = {}): Phase {
    const { clock, style } = this.#settings;
    const meter = new ProgressMeter(clock, style.clean(title), options);
    this.#meter = meter;
    this.#spin();
    return {
      advance: (by) => meter.advance(by),
      at: (done, total, also) => meter.at(done, total, also),
      done: (detail) => this.#finish(meter, detail),
    };
  }

  warn(message: string): void {
    const { style } = this.#settings;
    const clean = style.clean(message);
    this.#warnings.push(clean);
    this.#printAbove(style.paint.warn(`${style.symbols.warn} ${clean}`));
  }

  note(message: string): void {
    this.#printAbove(this.#settings.style.clean(message));
  }

  stop(): void {
    this.#meter = null;
    if (this.#spinner?.isSpinning === true) this.#spinner.stop();
  }

  #finish(meter: ProgressMeter, detail: string | undefined): void {
    const { style } = this.#settings;
    if (this.#meter === meter) this.stop();
    if (detail === undefined && meter.isNothingToTell()) return;
    const summary = meter.summarise(detail === undefined ? undefined : style.clean(detail));
    this.#printAbove(`${style.paint.good(style.symbols.good)} ${summary}`);
  }

  #printAbove(line: string): void {
    const isSpinning = this.#spinner?.isSpinning === true;
    if (isSpinning) this.#spinner?.clear();
    this.#settings.print(line);
    if (isSpinning) this.#spinner?.render();
  }

  #spin(): void {
    if (this.#spinner !== null) this.#spinner.start();
    else if (!this.#isLoading) void this.#load();
  }

  /** ora is loaded with the first phase, so that commands without one start faster. */
  async #load(): Promise<void> {
    this.#isLoading = true;
    try {
      const { default: ora } = await import("ora");
      this.#spinner = ora({
        stream: this.#screen,
        isEnabled: true,
        // Raw mode on stdin would take Ctrl-C away from dbops's own handlers.
        discardStdin: false,
        color: false,
        spinner: { frames: [...this.#settings.style.symbols.spinner], interval: 100 },
        suffixText: () => this.#line(),
      });
      if (this.#meter !== null) this.#spinner.start();
    } catch (error) {
      this.warn(`live progress is not available: ${messageOf(error)}`);
    }
  }

  #line(): string {
    const { ellipsis } = this.#settings.style.symbols;
    const width = this.#screen.columns - SPINNER_COLUMNS;
    return truncateToWidth(this.#meter?.describe(width) ?? "", width, ellipsis);
  }
}
