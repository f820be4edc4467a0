import { type Readable, Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbopsError, foreignCode } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import type { Stage } from "./stage.js";

const BUFFER_BYTES = 1024 * 1024;
const BROKEN_PIPE = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"]);

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
  const present = stages.filter((stage) => stage !== null);
  const line = new Line(origin, present);
  return { output: line.gate, ended: heldPromise(line.run(signal)) };
}

class Line {
  /** Holds back the end of the bytes until everybody upstream has ended well. */
  readonly gate: Transform;
  readonly #origin: Source;
  readonly #stages: readonly Stage[];
  #firstCause: { readonly error: unknown } | null = null;

  constructor(origin: Source, stages: readonly Stage[]) {
    this.#origin = origin;
    this.#stages = stages;
    const upstream = heldPromise(Promise.all([origin.ended, ...stages.map((stage) => stage.ended)]));
    this.gate = new Transform({
      highWaterMark: BUFFER_BYTES,
      transform: (chunk, _encoding, done) => done(null, chunk),
      // Not done(error): the gate is destroyed with the first cause, which this may not be.
      flush: (done) =>
        void upstream.then(
          () => done(),
          () => {},
        ),
    });
    // Errors are reported once, by `run`; a stream that is destroyed while nobody listens must not end the process.
    for (const stream of this.#streams()) stream.on("error", () => {});
  }

  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.#fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const works = [this.#origin.ended, ...this.#stages.map((stage) => stage.ended), ...this.#joints()];
    await Promise.all(works.map((work) => work.catch((error: unknown) => this.#fail(error))));
    signal.removeEventListener("abort", onAbort);
    if (this.#firstCause !== null) throw this.#firstCause.error;
  }

  #joints(): Promise<void>[] {
    const links = [{ output: this.#origin.stream, ended: this.#origin.ended }, ...this.#stages];
    return links.map((from, index) => {
      const to = this.#stages[index];
      return joint(from, to ?? { input: this.gate, output: this.gate, ended: Promise.resolve() });
    });
  }

  #fail(error: unknown): void {
    if (this.#firstCause !== null) return;
    this.#firstCause = { error };
    const stopped = asError(error);
    for (const stream of this.#streams()) stream.destroy(stopped);
  }

  #streams(): readonly (Readable | Writable)[] {
    return [this.#origin.stream, ...this.#stages.flatMap(({ input, output }) => [input, output]), this.gate];
  }
}

/** Moves the bytes from one stage to the next. A broken pipe is only a symptom: who broke it is asked for the cause. */
async function joint(from: { output: Readable; ended: Promise<unknown> }, to: Stage): Promise<void> {
  try {
    await pipeline(from.output, to.input);
  } catch (error) {
    if (error instanceof DbopsError) throw error;
    await (BROKEN_PIPE.has(foreignCode(error) ?? "") ? endOf(to.input, to) : from.ended);
    throw error;
  }
}

async function endOf(input: Writable, stage: Stage): Promise<void> {
  input.destroy();
  stage.output.destroy();
  await stage.ended;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
