import { type Readable, Transform, type Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { heldPromise } from "../core/held-promise.js";
import type { Stage } from "./stage.js";

const BUFFER_BYTES = 256 * 1024;

/** Where the bytes come from; `ended` is the word of whoever makes them. */
export interface Source {
  readonly stream: Readable;
  readonly ended: Promise<unknown>;
}

export interface Connection {
  /** Ends only after the source and every stage have ended well; until then what was read proves nothing. */
  readonly output: Readable;
  /** Rejects with the first cause, once everything has stopped. */
  readonly ended: Promise<void>;
}

/**
 * Joins source and stages with backpressure. An error anywhere stops everything, and the first cause is what both
 * `output` and `ended` report.
 */
export function connect(source: Readable | Source, stages: readonly (Stage | null)[], signal: AbortSignal): Connection {
  const origin = "stream" in source ? source : { stream: source, ended: Promise.resolve() };
  const line = new Line(
    origin,
    stages.filter((stage) => stage !== null),
  );
  return { output: line.gate, ended: heldPromise(line.run(signal)) };
}

class Line {
  /** Holds back the end of the bytes until everybody upstream has ended well. */
  readonly gate: Transform;
  readonly #streams: readonly (Readable | Writable)[];
  /** The word of the source and of every stage: they know causes, a pipe between them only knows that it broke. */
  readonly #words: readonly Promise<unknown>[];
  #firstCause: { readonly error: unknown } | null = null;

  constructor(origin: Source, stages: readonly Stage[]) {
    const read = finished(origin.stream, { writable: false });
    this.#words = [read, origin.ended, ...stages.map((stage) => stage.ended)];
    const allEnded = heldPromise(Promise.all(this.#words));
    this.gate = new Transform({
      highWaterMark: BUFFER_BYTES,
      transform: (chunk, _encoding, done) => done(null, chunk),
      // When one fails, `#fail` destroys the gate with the cause.
      flush: (done) =>
        void allEnded.then(
          () => done(),
          () => {},
        ),
    });
    this.#streams = [origin.stream, ...stages.flatMap(({ input, output }) => [input, output]), this.gate];
    // Nobody else may be listening when `#fail` destroys them; `run` reports the error.
    for (const stream of this.#streams) stream.on("error", () => {});
    const outputs = [origin.stream, ...stages.map((stage) => stage.output)];
    // Not stream.pipeline: it would hand one stage's error to its neighbours, which then report it as theirs.
    for (const [index, output] of outputs.entries()) output.pipe(stages[index]?.input ?? this.gate);
  }

  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.#fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const delivered = finished(this.gate, { writable: false });
    const isDone = [...this.#words, delivered].map((word) => word.catch((error: unknown) => this.#fail(error)));
    await Promise.all(isDone);
    signal.removeEventListener("abort", onAbort);
    if (this.#firstCause !== null) throw this.#firstCause.error;
  }

  #fail(error: unknown): void {
    if (this.#firstCause !== null) return;
    this.#firstCause = { error };
    const cause = error instanceof Error ? error : new Error(String(error));
    for (const stream of this.#streams) stream.destroy(cause);
  }
}
