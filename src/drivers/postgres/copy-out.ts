import type { Connection, Submittable } from "pg";
import { deferred } from "../../lib/core/deferred.js";
import { CopyMessages } from "./copy-messages.js";
import type { RowShape } from "./row-shape.js";
import type { RowTap } from "./row-stream.js";

type DataListener = (chunk: Buffer) => void;

const READY_FOR_QUERY = 0x5a;

/** Where the rows of a COPY go. */
export interface RowSink {
  /** Sets what holds the server back; null when it has given all. */
  connect(tap: RowTap | null): void;
  add(bytes: Buffer, rows: number): void;
  /** A piece of a large row; without it those come whole too. */
  part?(bytes: Buffer, isLast: boolean): void;
}

/**
 * A `COPY … TO STDOUT` as a query of `pg`. Its rows never become messages of `pg`: while it runs, the socket's bytes are
 * read here and only what is no row is handed on. The extended protocol takes one statement and no more.
 */
export class CopyOut implements Submittable {
  readonly #sql: string;
  readonly #shape: RowShape;
  readonly #stream: RowSink;
  readonly #done = deferred<number>();
  #rows = 0;
  #giveBack: () => void = () => {};

  constructor(sql: string, options: { readonly shape: RowShape; readonly stream: RowSink }) {
    this.#sql = sql;
    this.#shape = options.shape;
    this.#stream = options.stream;
  }

  /** The number of rows; rejects with what `pg` says. */
  get done(): Promise<number> {
    return this.#done.promise;
  }

  submit(connection: Connection): void {
    this.#takeOver(connection);
    connection.stream.cork();
    connection.parse({ text: this.#sql, name: "", types: [] }, true);
    connection.bind({}, true);
    connection.execute({}, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1]);
  }

  /** The server's word that it is ready still comes after an error of its own, whatever the reader does. */
  handleError(error: unknown, { stream: socket }: Connection): void {
    this.#stream.connect(null);
    socket.resume();
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    this.#done.resolve(this.#rows);
  }

  #takeOver({ stream: socket }: Connection): void {
    const listeners = socket.listeners("data").filter(isDataListener);
    const part = this.#stream.part?.bind(this.#stream);
    const messages = new CopyMessages({
      ...(part === undefined ? {} : { part }),
      rows: (block, spans) => this.#stream.add(this.#shape(block, spans), spans.length / 2),
      other: (message) => {
        if (message[0] === READY_FOR_QUERY) this.#giveBack();
        for (const listener of listeners) listener(message);
      },
    });
    const onData = (chunk: Buffer): void => messages.push(chunk);
    for (const listener of listeners) socket.off("data", listener);
    socket.on("data", onData);
    this.#stream.connect({ pause: () => socket.pause(), resume: () => socket.resume() });
    this.#giveBack = () => {
      this.#giveBack = () => {};
      this.#stream.connect(null);
      socket.off("data", onData);
      for (const listener of listeners) socket.on("data", listener);
      socket.resume();
    };
  }
}

function isDataListener(listener: unknown): listener is DataListener {
  return typeof listener === "function";
}
