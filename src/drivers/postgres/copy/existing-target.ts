import { DbopsError } from "../../../lib/core/errors.js";
import { heldPromise } from "../../../lib/core/held-promise.js";
import { qualifiedName } from "../../../lib/core/named.js";
import type { CopyColumn, CopyEvent, CopyRead, CopyReader, TableTotals } from "../../copy-rows-model.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { Checkpoint, CopyLoad, CopyTarget, TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { advanceSequences } from "../advance-sequences.js";
import { loadAct } from "../load-act.js";
import { quoteIdent } from "../quote-ident.js";
import { transactionId, wasCommitted } from "../transaction-outcome.js";
import { loadFault } from "./load-fault.js";
import { OneSession } from "./one-session.js";
import { readRelation } from "./read-relation.js";
import { copyReader } from "./reader.js";
import { SentRows } from "./sent-rows.js";
import { TableLoad } from "./table-load.js";
import { copyStatement, loadedColumns } from "./table-statement.js";
import { TargetFacts, type TargetParts } from "./target-facts.js";
import { openTargetSession } from "./target-session.js";
import { resumeTriggers, type StoppedTrigger, stopTriggers } from "./triggers.js";

const SETTLE_MS = 30_000;

/** Tables that are there already, in one transaction on one session: nothing is visible before its end, and all is then. */
export class ExistingTarget extends TargetFacts implements CopyTarget {
  readonly place = "one transaction";
  readonly #parts: TargetParts;
  readonly #sessions: OneSession;
  readonly #reader: CopyReader;
  #finishing: Promise<readonly NotCarried[]> = Promise.resolve([]);
  #stopped: readonly StoppedTrigger[] = [];

  constructor(parts: TargetParts) {
    super(parts);
    this.#parts = parts;
    this.#sessions = new OneSession(parts.session);
    this.#reader = copyReader(this.#sessions, quoteIdent(parts.place.home));
  }

  async create({ tables }: TargetDesign): Promise<void> {
    const { request, session } = this.#parts;
    await session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit TO DEFAULT");
    for (const table of tables) await this.#requireColumns(table);
    if (request.disableTriggers) {
      const act = { verb: "switch off triggers", table: null };
      this.#stopped = await loadAct(session, act, () =>
        stopTriggers(
          session,
          tables.map(({ name }) => name),
        ),
      );
    }
    await session.run("SET CONSTRAINTS ALL DEFERRED");
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return [];
  }

  /** The search path is the user's while rows go in: triggers and defaults may need it. */
  async load(table: TargetTable): Promise<CopyLoad> {
    const session = await this.#sessions.take();
    await session.run("RESET search_path");
    return new TableLoad({
      session,
      table,
      statement: copyStatement(table, table.name.schema),
      begin: null,
      commit: async () => undefined,
      close: async (isClean) => {
        if (isClean) await session.run("SET search_path = ''");
        await this.#sessions.giveBack(session, isClean);
      },
    });
  }

  async remake({ name }: TargetTable): Promise<void> {
    throw new DbopsError("COPY.UNFIT", {
      message: `${qualifiedName(name)} does not fit the rows`,
      why: "a column would need another type, and tables that are there already stay as they are",
      hint: "change the column's type, or copy into new tables",
    });
  }

  async finish(design: TargetDesign): Promise<readonly NotCarried[]> {
    this.#finishing = heldPromise(this.#finish(design));
    return await this.#finishing;
  }

  async addView(): Promise<{ readonly reason: string }> {
    return { reason: "only rows are copied" };
  }

  async dropView(): Promise<void> {}

  async *read(request: CopyRead): AsyncIterable<CopyEvent> {
    await this.#finishing;
    yield* this.#reader.read(request);
  }

  async totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals> {
    await this.#finishing;
    return await this.#reader.totals(table, columns);
  }

  async query(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return await this.#reader.query(sql);
  }

  async publish(): Promise<{ readonly previous: null }> {
    const { session } = this.#parts;
    await resumeTriggers(session, this.#stopped);
    const id = await transactionId(session);
    try {
      await session.runToEnd("COMMIT");
    } catch (error) {
      if (!(error instanceof DbopsError) || error.code !== "CONNECT.LOST" || !(await this.#hasCommitted(id)))
        throw error;
    }
    return { previous: null };
  }

  async keep(): Promise<boolean> {
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.session[Symbol.asyncDispose]();
  }

  /** On a session of its own: the answer to the COMMIT was lost. */
  async #hasCommitted(id: string): Promise<boolean> {
    const { conn, context } = this.#parts.where;
    const where = { conn, context: { ...context, signal: AbortSignal.timeout(SETTLE_MS) } };
    await using session = await openTargetSession(where, this.#parts.request.run);
    return await wasCommitted(session, id);
  }

  /** What deferred references have to say is said here. */
  async #finish({ tables }: TargetDesign): Promise<readonly NotCarried[]> {
    const { session, where } = this.#parts;
    for (const table of tables) {
      const columns = loadedColumns(table).map(({ name }) => name);
      const load = { table: table.name, columns, onConflict: { kind: "fail" } } as const;
      const { warnings } = await advanceSequences(session, load);
      for (const warning of warnings) where.context.progress.warn(warning);
    }
    try {
      await session.run("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (error) {
      const [first] = tables;
      throw first === undefined ? error : loadFault(error, first, new SentRows());
    }
    return [];
  }

  async #requireColumns({ name, columns }: TargetTable): Promise<void> {
    const relation = await readRelation(this.#parts.session, name);
    const missing = columns.filter((column) => !relation.columns.has(column.name));
    if (missing.length === 0) return;
    throw new DbopsError("COPY.UNFIT", {
      message: `${qualifiedName(name)} lacks columns of the source`,
      why: missing.map((column) => column.name).join(", "),
      hint: "add them, or copy into new tables",
    });
  }
}
