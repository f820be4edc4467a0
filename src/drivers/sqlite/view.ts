import { rm } from "node:fs/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { TableName } from "../driver.js";
import type {
  Definition,
  EncodedRows,
  ReadView,
  RelationNames,
  ResultColumn,
  RowFacts,
  RowFormat,
  RowSource,
  VirtualRows,
} from "../view-model.js";
import { EncodedStream } from "./encoded-stream.js";
import type { ViewAnswer } from "./view-protocol.js";
import type { Worker } from "./worker-client.js";
import type { OpenRequest } from "./worker-protocol.js";

/** One state of the file, held by a child whose connection may not write. */
export class SqliteView implements ReadView {
  readonly #worker: Worker;
  readonly #ownedPath: string | null;
  #stream: EncodedStream | null = null;

  private constructor(worker: Worker, ownedPath: string | null) {
    this.#worker = worker;
    this.#ownedPath = ownedPath;
  }

  /** The worker, which has a data pipe, and the file at `ownedPath` go with the view. */
  static async open(
    worker: Worker,
    database: OpenRequest,
    { ownedPath = null }: { readonly ownedPath?: string | null } = {},
  ): Promise<SqliteView> {
    await worker.view({ ask: "open", database });
    return new SqliteView(worker, ownedPath);
  }

  async names(): Promise<RelationNames> {
    const answer = await this.#worker.view({ ask: "names" });
    return answer.to === "names" ? answer.names : unexpected(answer);
  }

  async columns(source: RowSource): Promise<readonly ResultColumn[]> {
    const answer = await this.#worker.view({ ask: "columns", source });
    return answer.to === "columns" ? answer.columns : unexpected(answer);
  }

  async check(source: RowSource, format: RowFormat): Promise<void> {
    const answer = await this.#worker.view({ ask: "check", source, format });
    if (answer.to !== "check") unexpected(answer);
  }

  async estimate(source: RowSource): Promise<number | null> {
    const answer = await this.#worker.view({ ask: "estimate", source });
    return answer.to === "estimate" ? answer.rows : unexpected(answer);
  }

  async definition(tables: readonly TableName[] | null, virtualRows: VirtualRows): Promise<Definition> {
    const answer = await this.#worker.view({ ask: "definition", tables, virtualRows });
    return answer.to === "definition" ? answer.definition : unexpected(answer);
  }

  encode(source: RowSource, format: RowFormat): EncodedRows {
    const { data } = this.#worker;
    if (data === null) throw new DbopsError("RUN.BUG", { message: "the view's child was given no data pipe" });
    const stream = new EncodedStream(data);
    this.#stream = stream;
    // A reader that has gone leaves the child in a write that nobody would take.
    stream.once("close", () => {
      if (!stream.readableEnded) this.#worker.kill();
    });
    return { stream, ended: heldPromise(this.#encoded(stream, { source, format })) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream?.destroy();
    await this.#worker[Symbol.asyncDispose]();
    if (this.#ownedPath !== null) await rm(this.#ownedPath, { force: true });
  }

  async #encoded(
    stream: EncodedStream,
    request: { readonly source: RowSource; readonly format: RowFormat },
  ): Promise<RowFacts> {
    try {
      const answer = await this.#worker.view({ ask: "encode", ...request });
      if (answer.to !== "encode") return unexpected(answer);
      await stream.complete(answer.bytes);
      return answer.facts;
    } catch (error) {
      stream.destroy(error instanceof Error ? error : undefined);
      throw error;
    }
  }
}

function unexpected(answer: ViewAnswer): never {
  throw new DbopsError("RUN.BUG", { message: `the SQLite worker answered ${answer.to} to another question` });
}
