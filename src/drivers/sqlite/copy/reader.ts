import type { CopyColumn, CopyEvent, CopyRead, CopyReader, TableTotals } from "../../copy-rows-model.js";
import type { DriverContext, TableName } from "../../driver.js";
import type { OpenRequest } from "../worker-protocol.js";
import { type RowClient, startRowClient } from "./row-client.js";
import { type QueryCells, type RowAnswer, type RowBatch, type TextChoices, unexpectedAnswer } from "./row-protocol.js";
import type { LeftOut } from "./row-walk.js";
import type { SurveyAnswer, SurveyQuestion } from "./survey-protocol.js";

/** Batches that are asked for ahead. */
const AHEAD = 3;

/** Reads the rows of a file in a child of its own; what several reads ask for takes turns there. */
export class FileReader implements CopyReader, AsyncDisposable {
  readonly #client: RowClient;
  #reads = 0;

  /** The client's child must have the database open. */
  constructor(client: RowClient) {
    this.#client = client;
  }

  /** Opens the file without beginning to read. CONNECT.*, DB.*. */
  static async open(database: OpenRequest, choices: TextChoices, context: DriverContext): Promise<FileReader> {
    const client = await startRowClient(context);
    try {
      await client.ask({ kind: "open", database, choices, isBuilt: false });
      return new FileReader(client);
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** From now on all reads see one state. LOCK.DATABASE. */
  async begin(): Promise<void> {
    await this.#client.ask({ kind: "begin" });
  }

  /** Rows that no read gives from now on but as rejects, and no total counts: their numbers. */
  async leaveOut(table: string, rows: readonly LeftOut[]): Promise<void> {
    await this.#client.ask({ kind: "leaveOut", table, rows });
  }

  async *read(request: CopyRead): AsyncIterable<CopyEvent> {
    this.#reads += 1;
    const read = this.#reads;
    await this.#client.ask({ kind: "read", read, request });
    const batches: Promise<RowAnswer>[] = [];
    try {
      for (let isLast = false; !isLast; ) {
        while (batches.length < AHEAD) batches.push(this.#next(read));
        const batch = batchOf(await batches.shift());
        for (const reject of batch.rejects) yield { kind: "reject", reject };
        if (batch.event !== null) yield batch.event;
        isLast = batch.isLast;
      }
    } finally {
      await Promise.allSettled([...batches, this.#client.ask({ kind: "end", read })]);
    }
  }

  async totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals> {
    const answer = await this.#client.ask({ kind: "totals", table, columns });
    return answer.of === "totals" ? answer.totals : unexpectedAnswer(answer);
  }

  async query(sql: string): Promise<QueryCells> {
    const answer = await this.#client.ask({ kind: "query", sql });
    return answer.of === "query" ? answer.rows : unexpectedAnswer(answer);
  }

  /** Of the same state as all reads. */
  async survey(question: SurveyQuestion): Promise<SurveyAnswer> {
    const answer = await this.#client.ask({ kind: "survey", question });
    return answer.of === "survey" ? answer.answer : unexpectedAnswer(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  /** A failure is told by whoever waits for it, or by the first of those that are waited for. */
  #next(read: number): Promise<RowAnswer> {
    const batch = this.#client.ask({ kind: "next", read });
    batch.catch(() => undefined);
    return batch;
  }
}

function batchOf(answer: RowAnswer | undefined): RowBatch {
  if (answer?.of === "batch") return answer.batch;
  throw new Error("the SQLite row process gave no batch");
}
