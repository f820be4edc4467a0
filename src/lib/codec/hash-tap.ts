import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { heldPromise } from "../core/held-promise.js";
import type { Stage } from "./stage.js";
import { transformStage } from "./transform-stage.js";

const BUFFER_BYTES = 256 * 1024;

export interface Digest {
  readonly bytes: number;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly sha256: string;
}

export interface HashTap extends Stage {
  /** Of everything that passed, once it has; rejects when the stage does. */
  readonly digest: Promise<Digest>;
}

/** Lets bytes pass unchanged and uncopied, counts and hashes them; `onBytes` hears the size of every chunk. */
export function openHashTap(onBytes: (bytes: number) => void = () => {}): HashTap {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  const stage = transformStage(stream);
  return { ...stage, digest: heldPromise(stage.ended.then(() => ({ bytes, sha256: hash.digest("hex") }))) };
}
