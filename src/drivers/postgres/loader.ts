import type { TableName } from "../driver.js";
import type {
  ColumnType,
  Loader,
  LoadRequest,
  LoadTable,
  NewTable,
  TableFault,
  TableHoldings,
  TableLoad,
  TextDialect,
  TextLoad,
} from "../load-model.js";
import type { SchemaModel } from "../schema-model.js";
import { advanceSequences } from "./advance-sequences.js";
import { BatchLoad } from "./batch-load.js";
import { COLUMN_TYPES } from "./column-types.js";
import { type CommitPlace, commitSurely } from "./commit-surely.js";
import { openSession } from "./connect.js";
import { NAME_BYTES } from "./kept-name.js";
import { loadAct } from "./load-act.js";
import { LOAD_SETTINGS } from "./load-settings.js";
import { type LoadTarget, readLoadTarget } from "./load-target.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import { recordFault, tableOfError } from "./record-fault.js";
import { DirectPut } from "./row-put.js";
import { readSchema } from "./schema.js";
import { runSchemaScript } from "./schema-script.js";
import type { Session } from "./session.js";
import { StagedPut } from "./staged-put.js";
import { StreamLoad } from "./stream-load.js";
import { tableHoldings } from "./table-holdings.js";
import { CsvLoad, isCopyDialect } from "./text-load.js";
import { WaitingRows } from "./waiting-rows.js";

/** Loads on a session of its own. */
export async function openLoader({ conn, context }: CommitPlace, { maxFaults }: LoadRequest): Promise<Loader> {
  const session = await openSession(conn, { context });
  try {
    await session.run(NO_TIMEOUTS);
    await session.run(`SET lock_timeout = ${Math.max(1, context.lockTimeoutMs)}`);
    await session.run(LOAD_SETTINGS);
    return new PostgresLoader(session, { conn, context, maxFaults });
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

class PostgresLoader implements Loader {
  readonly names = { maxBytes: NAME_BYTES, ignoresCase: false } as const;
  readonly hasSchemas = true;
  readonly #session: Session;
  readonly #place: CommitPlace;
  readonly #maxFaults: number;
  readonly #waiting: WaitingRows;
  readonly #loaded: LoadTable[] = [];
  #isOpen = false;
  /** A schema's statements set the sequences to where they stood. */
  #hasOwnCounters = false;
  #isLoading = false;
  #stages = 0;

  constructor(session: Session, options: CommitPlace & LoadRequest) {
    this.#session = session;
    this.#place = options;
    this.#maxFaults = options.maxFaults;
    this.#waiting = new WaitingRows(session, options.maxFaults);
  }

  async schema(): Promise<SchemaModel> {
    const act = { verb: "read the structure of the database", table: null };
    return await loadAct(this.#session, act, () => readSchema(this.#session));
  }

  typeName(type: ColumnType): string {
    return type.kind === "native" ? type.sql : COLUMN_TYPES[type.type];
  }

  async create({ table, columns }: NewTable): Promise<void> {
    await this.#begin();
    const list = columns.map(({ name, type }) => `${quoteIdent(name)} ${this.typeName(type)}`);
    await loadAct(this.#session, { verb: "create", table }, () =>
      this.#session.run(`CREATE TABLE ${quoteQualified(table)} (${list.join(", ")})`),
    );
  }

  async holdings(table: TableName): Promise<TableHoldings> {
    return await tableHoldings(this.#session, table);
  }

  async drop(table: TableName): Promise<number> {
    await this.#begin();
    return await loadAct(this.#session, { verb: "replace", table, isExclusive: true }, async () => {
      await this.#session.run(`LOCK TABLE ${quoteQualified(table)} IN ACCESS EXCLUSIVE MODE`);
      const { rows } = await this.holdings(table);
      await this.#session.run(`DROP TABLE ${quoteQualified(table)}`);
      return rows;
    });
  }

  async runSchema(sql: string): Promise<void> {
    await this.#begin();
    this.#hasOwnCounters = true;
    for (const said of await runSchemaScript(this.#session, sql)) this.#place.context.progress.note(said);
  }

  async empty(table: TableName): Promise<number> {
    await this.#begin();
    return await loadAct(this.#session, { verb: "empty", table }, async () => {
      const { only } = await readLoadTarget(this.#session, table);
      const { rows } = await this.#session.one<{ rows: bigint }>(
        `WITH deleted AS (DELETE FROM ${only}${quoteQualified(table)} RETURNING 1) SELECT count(*) AS rows FROM deleted`,
      );
      return Number(rows);
    });
  }

  async load(load: LoadTable): Promise<TableLoad> {
    await this.#beginLoading();
    this.#loaded.push(load);
    const act = this.#loading(load.table);
    const opened = await act(() => this.#open(load));
    return { add: (rows) => act(() => opened.add(rows)), end: () => act(() => opened.end()) };
  }

  #loading(table: TableName): <T>(work: () => Promise<T>) => Promise<T> {
    return (work) => loadAct(this.#session, { verb: "load into", table }, work);
  }

  async #open(load: LoadTable): Promise<TableLoad> {
    const target = await readLoadTarget(this.#session, load.table, load);
    if (load.onConflict.kind !== "fail") return await this.#staged(load, target);
    const quoted = quoteQualified(load.table);
    if (this.#maxFaults === 0) return new StreamLoad(this.#session, target, quoted);
    const put = new DirectPut(this.#session, target, quoted);
    const { table } = load;
    return new BatchLoad(this.#session, put, {
      maxFaults: this.#maxFaults,
      onWaiting: (row) => this.#waiting.add({ table, oid: target.oid, put, row }),
    });
  }

  async loadText(load: LoadTable, dialect: TextDialect): Promise<TextLoad | null> {
    if (!isCopyDialect(dialect)) return null;
    await this.#begin();
    const { table } = load;
    const act = this.#loading(table);
    const target = await act(() => readLoadTarget(this.#session, table, load));
    if (target.canSkip) return null;
    this.#loaded.push(load);
    const place = { quoted: quoteQualified(table), dialect };
    const opened = await act(async () => new CsvLoad(this.#session, target, place));
    return { add: (bytes) => act(() => opened.add(bytes)), end: () => act(() => opened.end()) };
  }

  async settle(): Promise<readonly TableFault[]> {
    return await loadAct(this.#session, { verb: "check what was loaded", table: null }, () => this.#settle());
  }

  async #settle(): Promise<readonly TableFault[]> {
    const faults = await this.#waiting.settle();
    if (!this.#isOpen) return faults;
    try {
      await this.#session.run("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (error) {
      const table = tableOfError(error) ?? { schema: null, name: "a table" };
      const fault = recordFault(error, table.name);
      if (fault === null) throw error;
      return [...faults, { table, index: null, column: fault.column, reason: fault.reason }];
    }
    return faults;
  }

  async commit(): Promise<readonly TableFault[]> {
    if (!this.#isOpen) return [];
    return await this.#session.during("commit what was loaded", () => this.#commit());
  }

  async #commit(): Promise<readonly TableFault[]> {
    for (const load of this.#hasOwnCounters ? [] : this.#loaded.splice(0)) {
      const { moved, warnings } = await advanceSequences(this.#session, load);
      for (const said of moved) this.#place.context.progress.note(said);
      for (const said of warnings) this.#place.context.progress.warn(said);
    }
    await commitSurely(this.#session, this.#place);
    this.#isOpen = false;
    return [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #staged(load: LoadTable, target: LoadTarget): Promise<TableLoad> {
    this.#stages += 1;
    const put = await StagedPut.create(this.#session, load, { stage: `dbops_stage_${this.#stages}`, target });
    return new BatchLoad(this.#session, put, { maxFaults: this.#maxFaults, onWaiting: null });
  }

  /** Tables that refer to each other may come in any order. */
  async #begin(): Promise<void> {
    if (this.#isOpen) return;
    await this.#session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET CONSTRAINTS ALL DEFERRED");
    this.#isOpen = true;
    this.#isLoading = false;
  }

  /** Where faults are allowed, each must show with its own record: unless tables wait to be filled again after they were emptied. */
  async #beginLoading(): Promise<void> {
    await this.#begin();
    if (this.#isLoading) return;
    this.#isLoading = true;
    if (this.#maxFaults === 0) return;
    await this.#session.run("SAVEPOINT dbops_emptied");
    try {
      await this.#session.run("SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT dbops_emptied");
    } catch (error) {
      if (recordFault(error, "") === null) throw error;
      await this.#session.run("ROLLBACK TO SAVEPOINT dbops_emptied; RELEASE SAVEPOINT dbops_emptied");
    }
  }
}
