import { Writable } from "node:stream";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";

/** Writes to one stream of the run; a reader who has gone away (`| head`) is no error. */
export interface Writer extends Disposable {
  /** Resolves when the stream has taken the text; never rejects. */
  write(text: string): Promise<void>;
  /** Resolves when all is written; RESOURCE.DISK_FULL, OUTPUT.UNWRITABLE. */
  flush(): Promise<void>;
  /** Bytes for the stream itself, with its backpressure; ending it leaves the stream open. A reader gone is an error here. */
  openData(): Writable;
}

// EPIPE: the reader of a pipe went away. EIO: the terminal did. The other two: Node's own words for what follows one of them.
const READER_GONE: ReadonlySet<string | null> = new Set([
  "EPIPE",
  "EIO",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** A writer for a stream called `name` in messages; every text passes `redact`. */
export function createWriter(stream: Writable, name: string, redact: (text: string) => string): Writer {
  return new StreamWriter(stream, name, redact);
}

class StreamWriter implements Writer {
  readonly #stream: Writable;
  readonly #name: string;
  readonly #redact: (text: string) => string;
  #written: Promise<void> = Promise.resolve();
  #isReaderGone = false;
  #failure: Error | null = null;

  constructor(stream: Writable, name: string, redact: (text: string) => string) {
    this.#stream = stream;
    this.#name = name;
    this.#redact = redact;
    stream.on("error", this.#onError);
  }

  write(text: string): Promise<void> {
    if (this.#isReaderGone || this.#failure !== null) return Promise.resolve();
    this.#written = new Promise((resolve) => {
      this.#stream.write(this.#redact(text), (error) => {
        if (error) this.#onError(error);
        resolve();
      });
    });
    return this.#written;
  }

  async flush(): Promise<void> {
    // Streams finish writes in order, so the last one stands for all.
    await this.#written;
    if (this.#failure !== null) throw unwritable(this.#name, this.#failure);
  }

  openData(): Writable {
    return new Writable({
      write: (chunk, _encoding, done) => {
        this.#stream.write(chunk, (error) => {
          if (error) this.#onError(error);
          done(error ? unwritable(this.#name, error) : null);
        });
      },
    });
  }

  [Symbol.dispose](): void {
    // A failed write's callback comes before its error event, which must still find a listener.
    if (!this.#isReaderGone && this.#failure === null) this.#stream.off("error", this.#onError);
  }

  readonly #onError = (error: Error): void => {
    if (READER_GONE.has(foreignCode(error))) this.#isReaderGone = true;
    else this.#failure ??= error;
  };
}

function unwritable(name: string, cause: Error): DbopsError {
  const isFull = ["ENOSPC", "EDQUOT", "EFBIG"].includes(foreignCode(cause) ?? "");
  return new DbopsError(isFull ? "RESOURCE.DISK_FULL" : "OUTPUT.UNWRITABLE", {
    message: `${name} could not be written`,
    why: READER_GONE.has(foreignCode(cause)) ? "its reader has gone away" : messageOf(cause),
    hint: isFull ? "free space where the output goes, then run again" : undefined,
    cause,
  });
}
