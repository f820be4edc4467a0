import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { Child } from "../../lib/system/child-registry.js";
import type { Production } from "../snapshot-model.js";
import { childFailed } from "./child-errors.js";
import { endsWithZero } from "./feed-child.js";

/** A stream that counts what passes. */
export interface CountingStream {
  readonly stream: Transform;
  readonly bytes: () => number;
}

export function openCounter(): CountingStream {
  let passed = 0;
  const stream = new Transform({
    highWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, bytes: () => passed };
}

export interface OutputOptions {
  readonly signal: AbortSignal;
  /** The feeding of the child, when it is a filter. */
  readonly input?: Promise<void>;
}

/** A child's standard output as a production: it ends only after the child has ended well; the child ends with its reader or the run. */
export function childOutput(child: Child, through: CountingStream, options: OutputOptions): Production {
  const { signal, input } = options;
  const stop = (): void => void child.end();
  signal.addEventListener("abort", stop, { once: true });
  const childEnded = heldPromise(requireSuccess(child, signal).then(() => input));
  input?.catch(stop);
  if (child.stdout === null) throw new Error(`${child.command} was started without a pipe`);
  const flow = heldPromise(pipeline(child.stdout, openGate(childEnded), through.stream));
  through.stream.once("close", () => {
    signal.removeEventListener("abort", stop);
    stop();
  });
  const ended = heldPromise(childEnded.then(() => flow).then(() => ({ bytes: through.bytes() })));
  return { stream: through.stream, ended };
}

/** Lets its input end only after `word` has resolved: a killed child's pipe ends as cleanly as any other. */
function openGate(word: Promise<void>): Transform {
  return new Transform({
    highWaterMark: 1024 * 1024,
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush: (done) => void word.then(() => done(), done),
  });
}

/** Waits for a child's end; what its last words mean when it failed. */
export async function requireSuccess(child: Child, signal: AbortSignal, isGood = endsWithZero): Promise<void> {
  const end = await child.ended;
  signal.throwIfAborted();
  if (!isGood(end)) throw childFailed(child.command, end);
}
