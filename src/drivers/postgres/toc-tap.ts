import { Transform } from "node:stream";
import { deferred } from "../../lib/core/deferred.js";
import { DbopsError } from "../../lib/core/errors.js";
import { type ArchiveToc, parseToc } from "./archive-toc.js";

const CHUNK_BYTES = 256 * 1024;

export interface TocTap {
  readonly stream: Transform;
  /** The head of the archive that passed, once it has; BACKUP.DAMAGED when the stream ended before. */
  readonly head: Promise<ArchiveHead>;
  /** Bytes that have passed. */
  readonly bytes: () => number;
}

export interface ArchiveHead {
  readonly toc: ArchiveToc;
  /** The archive's first bytes, to the end of its table of contents: enough for everything but the rows. */
  readonly bytes: Buffer;
}

/** Lets an archive pass unchanged and reads its table of contents on the way. */
export function openTocTap(): TocTap {
  const collector = new HeadCollector();
  let passed = 0;
  const stream = new Transform({
    highWaterMark: CHUNK_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      done(collector.add(chunk), chunk);
    },
    flush(done) {
      done(collector.end());
    },
    destroy(error, done) {
      collector.fail(error ?? cutShort());
      done(error);
    },
  });
  return { stream, head: collector.head, bytes: () => passed };
}

/** Tries to parse each time the bytes have doubled, so that a large table of contents costs no more than twice. */
class HeadCollector {
  readonly #deferred = deferred<ArchiveHead>();
  readonly head = this.#deferred.promise;
  #chunks: Buffer[] | null = [];
  #size = 0;
  #nextTry = 0;

  add(chunk: Buffer): Error | null {
    if (this.#chunks === null) return null;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this.#size < this.#nextTry ? null : this.#try();
  }

  end(): Error | null {
    if (this.#chunks === null) return null;
    const failure = this.#try();
    if (failure !== null || this.#chunks === null) return failure;
    this.fail(cutShort());
    return cutShort();
  }

  fail(error: Error): void {
    this.#chunks = null;
    this.#deferred.reject(error);
  }

  #try(): Error | null {
    const bytes = Buffer.concat(this.#chunks ?? []);
    try {
      const toc = parseToc(bytes);
      this.#nextTry = this.#size * 2;
      if (toc === null) return null;
      if (toc.entries.length === 0) throw empty();
      this.#chunks = null;
      this.#deferred.resolve({ toc, bytes: Buffer.from(bytes.subarray(0, toc.sizeBytes)) });
      return null;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.fail(failure);
      return failure;
    }
  }
}

function cutShort(): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", {
    message: "the archive ends before its table of contents does",
    why: "whoever wrote it was stopped at the very start",
  });
}

function empty(): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", { message: "the archive's table of contents is empty" });
}
