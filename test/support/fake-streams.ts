import { PassThrough } from "node:stream";

/** An output that keeps what is written to it, posing as a terminal of `columns` when given. */
export class FakeOutput extends PassThrough {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  #text = "";

  constructor(columns?: number) {
    super({ highWaterMark: 1 << 20 });
    this.isTTY = columns !== undefined;
    this.columns = columns;
    this.rows = columns === undefined ? undefined : 24;
    this.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString("utf8");
    });
  }

  get text(): string {
    return this.#text;
  }

  /** Resolves once `pattern` has been written. */
  async shows(pattern: string): Promise<void> {
    while (!this.#text.includes(pattern)) await new Promise((resolve) => this.once("data", resolve));
  }
}

/** A keyboard: `type` sends keys to whoever listens. */
export class FakeInput extends PassThrough {
  isRaw = false;

  constructor(readonly isTTY: boolean) {
    super();
  }

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  type(keys: string): void {
    this.write(keys);
  }
}

/** Streams for a run in this process; a number of columns makes the outputs terminals. */
export function fakeStreams(columns?: number) {
  return {
    stdin: new FakeInput(columns !== undefined),
    stdout: new FakeOutput(columns),
    stderr: new FakeOutput(columns),
  };
}
