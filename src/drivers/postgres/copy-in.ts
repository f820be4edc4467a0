import { once } from "node:events";
import type { Socket } from "node:net";
import type { Connection, Submittable } from "pg";
import { deferred } from "../../lib/core/deferred.js";

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const LENGTH_BYTES = 4;

/** A `COPY … FROM STDIN` as a query of `pg`. */
export class CopyIn implements Submittable {
  readonly #sql: string;
  /** The server waits for data, or will not. */
  readonly #asked = deferred<void>();
  readonly #done = deferred<number>();
  readonly #over = new AbortController();
  #socket: Socket | null = null;
  #rows = 0;

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** The number of rows that were put in; rejects with what `pg` says. */
  get done(): Promise<number> {
    return this.#done.promise;
  }

  /** True when the server waits for nothing any more: it has refused the data, or has taken all. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Sends a piece of the data, as fast as the server takes it; what comes after a refusal goes nowhere. */
  async write(data: Buffer): Promise<void> {
    await this.#asked.promise;
    const socket = this.#socket;
    if (socket === null || this.isOver) return;
    const head = Buffer.allocUnsafe(1 + LENGTH_BYTES);
    head[0] = COPY_DATA;
    head.writeUInt32BE(LENGTH_BYTES + data.length, 1);
    socket.cork();
    socket.write(head);
    const hasRoom = socket.write(data);
    socket.uncork();
    if (!hasRoom) await once(socket, "drain", { signal: this.#over.signal }).catch(() => undefined);
  }

  /** Says that all has been sent. */
  async end(): Promise<void> {
    await this.#asked.promise;
    if (!this.isOver) this.#socket?.write(COPY_DONE);
  }

  submit(connection: Connection): void {
    connection.query(this.#sql);
  }

  handleCopyInResponse({ stream }: { readonly stream: Socket }): void {
    this.#socket = stream;
    this.#asked.resolve();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1]);
  }

  /** Of the server, or of a connection that broke. */
  handleError(error: unknown): void {
    this.#over.abort();
    this.#asked.resolve();
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    this.#over.abort();
    this.#asked.resolve();
    this.#done.resolve(this.#rows);
  }
}
