import { Transform, type TransformCallback } from "node:stream";
import { ScriptScanner } from "./script-scanner.js";

const NEWLINE = 0x0a;

export interface GuardOptions {
  /** Of the one transaction that the script is loaded in, added only after the script has come whole; null = of its own. */
  readonly lastWords: string | null;
  readonly serverMajor: number;
}

/** Lets an SQL script pass line by line as far as it is what pg_dump writes; DB.REFUSED at the first command of psql. */
export class ScriptGuard extends Transform {
  readonly #scanner: ScriptScanner;
  readonly #last: string;
  #rest: Buffer[] = [];

  constructor({ lastWords, serverMajor }: GuardOptions) {
    super({ highWaterMark: 1024 * 1024 });
    this.#scanner = new ScriptScanner({ isOneTransaction: lastWords !== null, serverMajor });
    this.#last = lastWords === null ? "" : `\n${lastWords}`;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#passLine(Buffer.concat(this.#rest));
      this.#scanner.end();
      this.push(this.#last);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end + 1);
      this.#passLine(this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail]));
      this.#rest = [];
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
  }

  /** Latin-1 keeps every byte one character; all that matters is ASCII. */
  #passLine(line: Buffer): void {
    const length = line.at(-1) === NEWLINE ? line.length - 1 : line.length;
    if (this.#scanner.take(line.toString("latin1", 0, length))) this.push(line);
  }
}
