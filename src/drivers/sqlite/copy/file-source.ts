import type { CleanupStack } from "../../../lib/core/cleanup-stack.js";
import { formatBytes } from "../../../lib/core/units.js";
import type { BeyondLimit, LimitedColumn } from "../../copy-limit-model.js";
import type { CopyColumn, CopyEvent, CopyRead, TableTotals } from "../../copy-rows-model.js";
import type { CopyCatalog, CopyChoices, CopySource, SourceTable } from "../../copy-source-model.js";
import type { DriverContext, TableName } from "../../driver.js";
import { sidecarsOf } from "../sidecars.js";
import { readCatalog } from "./catalog.js";
import type { ChangeWatch } from "./change-watch.js";
import type { ReaderPool } from "./reader-pool.js";

/** A log that cannot be reset because of the copy is told from here on, and again whenever it has doubled. */
const TOLD_FROM_BYTES = 64 * 1024 * 1024;

export interface FileSnapshot {
  readonly pool: ReaderPool;
  readonly snapshot: string;
  readonly watch: ChangeWatch;
  readonly path: string;
  readonly cleanup: CleanupStack;
}

/** One state of a file, that several children read. */
export class FileSource implements CopySource {
  readonly snapshot: string;
  readonly #opened: FileSnapshot;
  readonly #choices: CopyChoices;
  readonly #context: DriverContext;
  #toldBytes = TOLD_FROM_BYTES;

  constructor(opened: FileSnapshot, choices: CopyChoices, context: DriverContext) {
    this.snapshot = opened.snapshot;
    this.#opened = opened;
    this.#choices = choices;
    this.#context = context;
  }

  async catalog(): Promise<CopyCatalog> {
    const { catalog, leftOut } = await readCatalog(this.#opened.pool, this.#choices, this.#context.progress);
    for (const [table, rows] of leftOut) await this.#opened.pool.all((reader) => reader.leaveOut(table, rows));
    return catalog;
  }

  async *read(request: CopyRead): AsyncIterable<CopyEvent> {
    const { pool } = this.#opened;
    const reader = await pool.take();
    try {
      yield* reader.read(request);
    } finally {
      pool.give(reader);
      await this.#watchLog();
    }
  }

  async beyond(
    { name, rowKey }: SourceTable,
    limits: readonly LimitedColumn[],
  ): Promise<readonly (BeyondLimit | null)[]> {
    const key = rowKey.kind === "columns" ? rowKey.columns : ["rowid"];
    const question = { ask: "limits", table: name.name, key, limits } as const;
    const answer = await this.#opened.pool.use((reader) => reader.survey(question));
    return answer.to === "limits" ? answer.beyond : [];
  }

  async totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals> {
    return await this.#opened.pool.use((reader) => reader.totals(table, columns));
  }

  async query(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return await this.#opened.pool.use((reader) => reader.query(sql));
  }

  async unchanged(): Promise<"yes" | "no" | "probably"> {
    return await this.#opened.watch.unchanged();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.cleanup[Symbol.asyncDispose]();
  }

  /** What others write goes into the log as long as a reader needs what is before it. */
  async #watchLog(): Promise<void> {
    const { walBytes } = await sidecarsOf(this.#opened.path);
    if (walBytes === null || walBytes < this.#toldBytes) return;
    this.#toldBytes = walBytes * 2;
    this.#context.progress.note(
      `${this.#opened.path}-wal has ${formatBytes(walBytes)}: it cannot be reset before the copy has read its snapshot`,
    );
  }
}
