import { type Readable, type Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { Child, ChildEnd } from "../../lib/system/child-registry.js";
import { childFailed } from "./child-errors.js";

export interface ChildInput {
  readonly source: Readable;
  readonly through: readonly Transform[];
}

/** Whether a child has done its work. */
export type IsGoodEnd = (end: ChildEnd) => boolean;

export const endsWithZero: IsGoodEnd = ({ code }) => code === 0;

export interface FeedOptions {
  readonly signal: AbortSignal;
  /** Its exit code 0 unless said otherwise. */
  readonly isGood?: IsGoodEnd;
}

/**
 * Feeds a child and waits for its good end. A child may end well before it has read everything; the source is read to its
 * end all the same, because only there a checksum speaks. A broken source ends the child.
 */
export async function feedChild(
  child: Child,
  input: ChildInput,
  { signal, isGood = endsWithZero }: FeedOptions,
): Promise<void> {
  if (child.stdin === null) throw new Error(`${child.command} was started without a pipe`);
  const stop = (): void => void child.end();
  signal.addEventListener("abort", stop, { once: true });
  const fed = heldPromise(pipeline([input.source, ...input.through, mouthOf(child.stdin)]));
  fed.catch(stop);
  try {
    const end = await child.ended;
    signal.throwIfAborted();
    if (!isGood(end)) {
      // What was wrong with the input comes first: a child that was handed its beginning may have failed by that alone.
      if (end.signal === null) input.source.destroy();
      await fed.catch((error: unknown) => {
        if (end.signal !== null || error instanceof DbopsError) throw error;
      });
      throw childFailed(child.command, end);
    }
    await fed;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Hands everything to a child's standard input as long as it listens, and swallows the rest. */
export function mouthOf(stdin: Writable): Writable {
  // A child that died at once has closed it before anybody could listen.
  let isOpen = !stdin.destroyed;
  let next: () => void = () => {};
  stdin.once("close", () => {
    isOpen = false;
    next();
  });
  return new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      next = once(done);
      if (!isOpen || stdin.write(chunk)) next();
      else stdin.once("drain", next);
    },
    final(done) {
      if (isOpen) stdin.end();
      done();
    },
  });
}

function once(call: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) call();
    isCalled = true;
  };
}
