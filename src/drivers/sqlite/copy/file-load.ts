import type { CopyRows } from "../../copy-rows-model.js";
import type { Checkpoint, CopyLoad } from "../../copy-target-model.js";
import type { BuildState } from "./build-state.js";
import type { RowClient } from "./row-client.js";

/** Batches that are on their way to the child while the next one comes. */
const AHEAD = 2;

interface LoadParts {
  readonly client: RowClient;
  /** null where all is one transaction, which is committed at the end. */
  readonly state: BuildState | null;
  readonly onEnd: () => void;
}

/** The loading of one table by the child. */
export class FileLoad implements CopyLoad {
  readonly #parts: LoadParts;
  readonly #sent: Promise<unknown>[] = [];
  #isOpen = false;

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  async add({ bytes }: CopyRows): Promise<void> {
    while (this.#sent.length >= AHEAD) await this.#sent.shift();
    this.#isOpen = true;
    const sent = this.#parts.client.ask({ kind: "add", bytes });
    // Whoever waits for it next is told.
    sent.catch(() => undefined);
    this.#sent.push(sent);
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    await this.#settle();
    const { client, state } = this.#parts;
    if (state === null) return;
    // The first change would begin a transaction of its own where no row has come.
    if (!this.#isOpen) await client.ask({ kind: "run", sql: "BEGIN IMMEDIATE" });
    this.#isOpen = true;
    await state.add(checkpoint);
    await client.ask({ kind: "commit" });
    this.#isOpen = false;
  }

  /** A child that does not answer any more has lost its transaction with its connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { client, state, onEnd } = this.#parts;
    const rollback = this.#isOpen && state !== null ? [client.ask({ kind: "rollback" })] : [];
    await Promise.allSettled([...this.#sent, ...rollback]);
    this.#isOpen = false;
    onEnd();
  }

  async #settle(): Promise<void> {
    while (this.#sent.length > 0) await this.#sent.shift();
  }
}
