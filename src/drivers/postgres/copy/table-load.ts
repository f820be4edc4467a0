import type { CopyRows } from "../../copy-rows-model.js";
import type { Checkpoint, CopyLoad, TargetTable } from "../../copy-target-model.js";
import { CopyIn } from "../copy-in.js";
import type { Session } from "../session.js";
import { loadFault } from "./load-fault.js";
import { SentRows } from "./sent-rows.js";

/** As much as goes to the server at once. */
const PIECE_BYTES = 64 * 1024;

export interface TableLoadParts {
  readonly session: Session;
  readonly table: TargetTable;
  /** The COPY statement. */
  readonly statement: string;
  /** Before the rows of a chunk; nothing where a transaction is open already. */
  readonly begin: string | null;
  /** Makes what was sent since the last time last, with its checkpoint. */
  readonly commit: (checkpoint: Checkpoint) => Promise<void>;
  /** Gives the session back; it is in the middle of a chunk unless clean. */
  readonly close: (isClean: boolean) => Promise<void>;
}

interface OpenCopy {
  readonly copy: CopyIn;
  readonly done: Promise<number>;
  readonly sent: SentRows;
}

/** Sends one table's rows, a COPY for each chunk. */
export class TableLoad implements CopyLoad {
  readonly #parts: TableLoadParts;
  #open: OpenCopy | null = null;
  #isClean = true;

  constructor(parts: TableLoadParts) {
    this.#parts = parts;
  }

  async add(rows: CopyRows): Promise<void> {
    const open = this.#open ?? (await this.#begin());
    open.sent.add(rows);
    const { buffer, byteOffset, length } = rows.bytes;
    for (let start = 0; start < length && !open.copy.isOver; start += PIECE_BYTES) {
      await open.copy.write(Buffer.from(buffer, byteOffset + start, Math.min(PIECE_BYTES, length - start)));
    }
    if (open.copy.isOver) await this.#settle(open);
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    const { session, begin, commit } = this.#parts;
    const open = this.#open;
    this.#isClean = false;
    if (open !== null) {
      await open.copy.end();
      await this.#settle(open);
      this.#open = null;
    } else if (begin !== null) await session.run(begin);
    await commit(checkpoint);
    this.#isClean = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.close(this.#isClean && this.#open === null);
  }

  async #begin(): Promise<OpenCopy> {
    const { session, begin, statement, table } = this.#parts;
    this.#isClean = false;
    if (begin !== null) await session.run(begin);
    const copy = new CopyIn(statement);
    const done = session.submit(copy, `load ${table.name.name}`);
    // It is awaited where the rows end.
    done.catch(() => undefined);
    const open = { copy, done, sent: new SentRows() };
    this.#open = open;
    return open;
  }

  async #settle({ done, sent }: OpenCopy): Promise<void> {
    try {
      await done;
    } catch (error) {
      throw loadFault(error, this.#parts.table, sent);
    }
  }
}
