/** Receives what a long operation tells about itself; the terminal, a log or nobody listens. */
export interface ProgressSink {
  /** Begins a phase ("copying", "verifying"); one phase is open at a time per sink. */
  phase(title: string, options?: PhaseOptions): Phase;
  /** Something that the user should know now; also collected into the result's `warnings`. */
  warn(message: string): void;
  /** A fact worth a line on stderr, not a warning. */
  note(message: string): void;
}

export interface PhaseOptions {
  /** The expected sum of `advance`, when known. */
  readonly total?: number | undefined;
  readonly unit?: "bytes" | "pages" | "rows" | "tables" | undefined;
}

export interface Phase {
  advance(by: number): void;
  /** Sets the absolute position, the total when it has become known, and what else was counted: "1,234 records". */
  at(done: number, total?: number, also?: string): void;
  /** Ends the phase, with an optional closing fact ("1.2 GB in 3 s"). */
  done(detail?: string): void;
}

const silentPhase: Phase = { advance() {}, at() {}, done() {} };

export const silentProgress: ProgressSink = { phase: () => silentPhase, warn() {}, note() {} };
