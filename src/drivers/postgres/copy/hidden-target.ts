import { DbopsError } from "../../../lib/core/errors.js";
import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { CopyColumn, CopyEvent, CopyRead, CopyReader, TableTotals } from "../../copy-rows-model.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { Checkpoint, CopyLoad, CopyTarget, TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import type { Session } from "../session.js";
import { cutBack } from "./cut-back.js";
import { dropPlace } from "./drop-place.js";
import { Finisher } from "./finisher.js";
import { LEDGER_TABLES, Ledger } from "./ledger.js";
import { makeTables, remakeTable, schemasOf } from "./make-tables.js";
import { publishCopy } from "./publish.js";
import { ReadGate } from "./read-gate.js";
import { SessionPool } from "./read-sessions.js";
import { copyReader } from "./reader.js";
import { withSessionOf } from "./session-use.js";
import { TableLoad } from "./table-load.js";
import { copyStatement } from "./table-statement.js";
import { TargetFacts, type TargetParts } from "./target-facts.js";
import { requireOwned } from "./target-rights.js";
import { openTargetSession } from "./target-session.js";
import { addView, dropView } from "./target-view.js";

const CLEANUP_MS = 30_000;

/** New tables, built in schemas that nobody else may look into. */
export class HiddenTarget extends TargetFacts implements CopyTarget {
  readonly place: string;
  readonly #parts: TargetParts;
  readonly #ledger: Ledger;
  readonly #loads: SessionPool;
  readonly #reads: SessionPool;
  readonly #builds: SessionPool;
  readonly #gate = new ReadGate();
  readonly #finisher: Finisher;
  #state: "nothing" | "made" | "kept" | "published" = "nothing";
  #schemas: readonly string[] = [];

  constructor(parts: TargetParts) {
    super(parts);
    const { place, request, where } = parts;
    const pool = (): SessionPool =>
      new SessionPool({ most: request.jobs, open: () => openTargetSession(where, request.run), begin: "", end: "" });
    this.place = `schema ${place.main}`;
    this.#parts = parts;
    this.#ledger = new Ledger(place.main);
    this.#loads = pool();
    this.#reads = pool();
    this.#builds = pool();
    this.#finisher = new Finisher({ sessions: this.#builds, place, gate: this.#gate });
  }

  async create(design: TargetDesign): Promise<void> {
    const { session, place, request } = this.#parts;
    this.#schemas = schemasOf(design);
    place.expect(this.#schemas);
    if (request.isReplacing)
      await requireOwned(
        session,
        design.tables.map(({ name }) => name),
      );
    if (!request.isResumed) {
      await requireFree(session, place.main, design);
      this.#state = "made";
    }
    await makeTables(session, design, { ...this.#where, isResumed: request.isResumed });
    this.#state = "made";
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return await this.#ledger.checkpoints(this.#parts.session);
  }

  async load(table: TargetTable, chunk: number): Promise<CopyLoad> {
    const { place } = this.#parts;
    const session = await this.#loads.take();
    try {
      await this.#finisher.settled(table.name);
      await cutBack(session, table, { chunk, place, ledger: this.#ledger, key: this.rowKey(table) });
    } catch (error) {
      await this.#loads.giveBack(session, false);
      throw error;
    }
    return new TableLoad({
      session,
      table,
      statement: copyStatement(table, place.schemaFor(table.name.schema)),
      begin: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
      commit: (checkpoint) => this.#commit(session, table, checkpoint),
      close: (isClean) => this.#loads.giveBack(session, isClean),
    });
  }

  async remake(table: TargetTable): Promise<void> {
    const { session } = this.#parts;
    await this.#finisher.settled(table.name);
    await remakeTable(session, table, this.#where);
  }

  async finish(design: TargetDesign): Promise<readonly NotCarried[]> {
    return await this.#finisher.finish(this.#parts.session, design);
  }

  async addView(
    name: TableName,
    sql: string,
  ): Promise<{ readonly columns: readonly CopyColumn[] } | { readonly reason: string }> {
    return await withSessionOf(this.#builds, (session) => addView(session, { name, sql }, this.#parts.place));
  }

  async dropView(name: TableName): Promise<void> {
    await withSessionOf(this.#builds, (session) => dropView(session, name, this.#parts.place));
  }

  async *read(request: CopyRead): AsyncIterable<CopyEvent> {
    const { place } = this.#parts;
    const leave = await this.#enter(request.table);
    try {
      yield* this.#reader.read({ ...request, table: place.of(request.table) });
    } finally {
      leave();
    }
  }

  async totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals> {
    const leave = await this.#enter(table);
    try {
      return await this.#reader.totals(this.#parts.place.of(table), columns);
    } finally {
      leave();
    }
  }

  async query(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return await this.#reader.query(sql);
  }

  async publish(design: TargetDesign): Promise<{ readonly previous: string | null }> {
    const { place, request, where } = this.#parts;
    const { conn, context } = where;
    const open = (signal: AbortSignal): Promise<Session> =>
      openTargetSession({ conn, context: { ...context, signal } }, request.run);
    const result = await publishCopy({ place, isReplacing: request.isReplacing, context, open }, design);
    this.#state = "published";
    return result;
  }

  async keep(): Promise<boolean> {
    if (this.#state === "made") this.#state = "kept";
    return this.#state === "kept";
  }

  /** On a session of its own: the run's may have been ended by its signal. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { place, request, session, where } = this.#parts;
    await Promise.all([this.#loads, this.#reads, this.#builds, session].map((each) => each[Symbol.asyncDispose]()));
    if (this.#state !== "made") return;
    const context = { ...where.context, signal: AbortSignal.timeout(CLEANUP_MS) };
    await using cleaner = await openTargetSession({ conn: where.conn, context }, request.run);
    await dropPlace(cleaner, place.all(this.#schemas), request.run);
  }

  get #reader(): CopyReader {
    return copyReader(this.#reads, this.#parts.place.pathFor(null));
  }

  get #where() {
    const { place, where } = this.#parts;
    return { place, ledger: this.#ledger, warn: (message: string) => where.context.progress.warn(message) };
  }

  /** Indexes go on being built beside those who read; what would keep them waiting has ended. */
  async #enter(table: TableName): Promise<() => void> {
    await this.#finisher.readable(table);
    return await this.#gate.enter();
  }

  async #commit(session: Session, table: TargetTable, checkpoint: Checkpoint): Promise<void> {
    await this.#ledger.add(session, checkpoint);
    await session.run("COMMIT");
    this.#finisher.throwIfFailed();
    if (checkpoint.isLast) this.#finisher.begin(table);
  }
}

/** What is there is no work of this run's, and is never removed by it. */
async function requireFree(session: Session, schema: string, { tables }: TargetDesign): Promise<void> {
  const ledger: ReadonlySet<string> = new Set([...LEDGER_TABLES, ORIGIN_TABLE]);
  const taken = tables.find(({ name }) => ledger.has(name.name));
  if (taken !== undefined) {
    throw new DbopsError("COPY.NAME_COLLISION", {
      message: `a table of a copy cannot be called ${taken.name.name}`,
      why: "dbops keeps its own notes under that name",
      hint: `leave it out: --exclude-tables ${taken.source.name}`,
    });
  }
  const found = await session.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
  if (found.length === 0) return;
  throw new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `there is a schema ${schema} already`,
    why: "a run of that name was begun before",
    hint: "resume it, or drop the schema",
  });
}
