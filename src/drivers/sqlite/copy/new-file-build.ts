import { open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError } from "../../../lib/core/errors.js";
import { requireFreeBytes } from "../../../lib/system/disk-space.js";
import { thisMachine } from "../../../lib/system/lock-record.js";
import { writingOutput } from "../../../lib/system/output-file.js";
import type { CopyReader } from "../../copy-rows-model.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { Checkpoint, CopyLoad, CopyTargetRequest, TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { DriverContext } from "../../driver.js";
import { openablePath } from "../access.js";
import { quoteIdent } from "../quote-ident.js";
import { exists } from "../swap-intent.js";
import { Worker } from "../worker-client.js";
import { buildPlace, removePlace } from "./build-place.js";
import { BuildState } from "./build-state.js";
import type { FileBuild } from "./file-build.js";
import { FileLoad } from "./file-load.js";
import { finishFile, reasonAgainst } from "./finish-file.js";
import { writeOrigin } from "./origin-table.js";
import { digestOf, publishFile } from "./publish-file.js";
import { FileReader } from "./reader.js";
import { type RowClient, startRowClient } from "./row-client.js";
import { unexpectedAnswer } from "./row-protocol.js";
import { tableSql } from "./table-sql.js";
import { targetRowKey } from "./target-row-key.js";
import { Turns } from "./turns.js";

const AS_IT_IS = { nul: "fail", invalidUtf8: "fail" } as const;

/** A file beside the one that it will be. */
export class NewFileBuild implements FileBuild {
  readonly place: string;
  readonly #path: string;
  readonly #request: CopyTargetRequest;
  readonly #context: DriverContext;
  readonly #turns = new Turns();
  #client: RowClient | null = null;
  #reader: Promise<FileReader> | null = null;
  readonly #refused: NotCarried[] = [];
  #outcome: "removed" | "kept" | "published" = "removed";

  constructor(path: string, request: CopyTargetRequest, context: DriverContext) {
    this.place = buildPlace(path, request.run);
    this.#path = path;
    this.#request = request;
    this.#context = context;
    if (request.isResumed) this.#outcome = "kept";
  }

  get client(): RowClient {
    return this.#client ?? notCreated();
  }

  async reader(): Promise<CopyReader> {
    this.#reader ??= FileReader.open(this.#open(true), AS_IT_IS, this.#context);
    return await this.#reader;
  }

  async create(design: TargetDesign): Promise<void> {
    const isTakenUp = this.#request.isResumed && (await this.#takeUp(design));
    if (!isTakenUp) await this.#begin(design);
    this.#outcome = "removed";
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return await this.#state.checkpoints();
  }

  async load(table: TargetTable, chunk: number): Promise<CopyLoad> {
    const onEnd = await this.#turns.take();
    try {
      await this.#cut(table, chunk);
      await this.client.ask({ kind: "load", table });
      return new FileLoad({ client: this.client, state: this.#state, onEnd });
    } catch (error) {
      onEnd();
      throw error;
    }
  }

  async remake(table: TargetTable): Promise<void> {
    const onEnd = await this.#turns.take();
    try {
      const sql = `BEGIN IMMEDIATE; DROP TABLE IF EXISTS ${quoteIdent(table.name.name)}`;
      await this.client.ask({ kind: "run", sql });
      await this.#make([table]);
      await this.#state.forget(table.name, 0);
      await this.client.ask({ kind: "commit" });
    } finally {
      onEnd();
    }
  }

  async finish(design: TargetDesign): Promise<readonly NotCarried[]> {
    return [...this.#refused, ...(await finishFile(this.client, design))];
  }

  async publish({ origin }: TargetDesign): Promise<{ readonly previous: string | null }> {
    const original = await this.#state.get("original");
    const { client } = this;
    if (origin !== null) await writeOrigin(client, origin);
    // The log only goes when nobody else has the file open.
    await (await this.#reader)?.[Symbol.asyncDispose]();
    this.#reader = null;
    const parts = { path: this.#path, place: this.place, client, original };
    const previous = await publishFile(parts, this.#context);
    this.#outcome = "published";
    return { previous };
  }

  async keep(): Promise<boolean> {
    if (this.#outcome === "published" || !(await exists(this.place))) return false;
    this.#outcome = "kept";
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#reader)?.[Symbol.asyncDispose]();
    await this.#client?.[Symbol.asyncDispose]();
    if (this.#outcome === "removed" && this.#client !== null) await removePlace(this.place);
  }

  get #state(): BuildState {
    return new BuildState(this.client);
  }

  /** False when there is nothing that could be trusted: a machine that was restarted may have lost what no fsync has kept. */
  async #takeUp(design: TargetDesign): Promise<boolean> {
    if (!(await exists(this.place))) throw notResumable(`${this.place} is not there any more`);
    await this.#start();
    const state = this.#state;
    if ((await state.exists()) && (await state.get("boot")) === (await bootOf())) {
      if ((await state.get("plan")) !== design.plan) throw notResumable("the plan of the copy has become another one");
      const made = await this.#tables();
      const missing = design.tables.filter(({ name }) => !made.has(name.name.toLowerCase()));
      await this.client.ask({ kind: "run", sql: "BEGIN IMMEDIATE" });
      await this.#make(missing);
      await this.client.ask({ kind: "commit" });
      for (const table of design.tables) this.#recallRefused(table, made.get(table.name.name.toLowerCase()));
      return true;
    }
    this.#context.progress.note(
      "this machine was restarted meanwhile, or the copy was about to be published: it is begun again",
    );
    await this.client[Symbol.asyncDispose]();
    await removePlace(this.place);
    return false;
  }

  async #begin(design: TargetDesign): Promise<void> {
    const isCopied = (await exists(this.#path)) && (await stat(this.#path)).size > 0;
    if (isCopied) await this.#copyPages();
    else await writingOutput(this.place, async () => (await open(this.place, "wx", 0o600)).close());
    const original = isCopied ? await digestOf(this.place, this.#context) : null;
    await this.#start();
    const old = await this.#tables();
    const replaced = design.tables.filter(({ name }) => old.has(name.name.toLowerCase()));
    const drops = replaced.map(({ name }) => `DROP TABLE ${quoteIdent(name.name)};`);
    const sql = ["BEGIN IMMEDIATE;", ...drops, BuildState.makeSql].join("\n");
    await this.client.ask({ kind: "run", sql });
    await this.#make(design.tables);
    const facts = { plan: design.plan, boot: await bootOf(), original };
    for (const [name, value] of Object.entries(facts)) if (value !== null) await this.#state.set(name, value);
    await this.client.ask({ kind: "commit" });
  }

  async #start(): Promise<void> {
    this.#client = await startRowClient(this.#context);
    await this.#client.ask({ kind: "open", database: this.#open(false), choices: AS_IT_IS, isBuilt: true });
  }

  #open(isReadOnly: boolean) {
    return { path: this.place, isReadOnly, isPrivate: false, busyTimeoutMs: this.#context.lockTimeoutMs };
  }

  async #copyPages(): Promise<void> {
    const { size } = await stat(this.#path);
    await requireFreeBytes(dirname(this.#path), size, "the copy of the file");
    await using worker = await Worker.start(this.#context);
    const path = await openablePath(this.#path, this.#context);
    const source = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: this.#context.lockTimeoutMs };
    const phase = this.#context.progress.phase("copying the file", { unit: "pages" });
    try {
      await worker.copy({ source, destination: this.place, isCompact: false }, (done, total) => phase.at(done, total));
    } catch (error) {
      await rm(this.place, { force: true });
      throw error;
    }
    phase.done();
  }

  /** Takes out what is behind the last checkpoint before the chunk: rows are numbered as they came. */
  async #cut(table: TargetTable, chunk: number): Promise<void> {
    const { name } = table;
    const before = (await this.checkpoints()).filter(
      (each) => isSame(each.table.name, name.name) && each.chunk < chunk,
    );
    const rows = before.reduce((sum, each) => sum + each.rows, 0);
    const quoted = quoteIdent(name.name);
    const key = targetRowKey(table);
    const terms = key.kind === "columns" ? key.columns.map(quoteIdent).join(", ") : "rowid";
    const behind = `SELECT ${terms} FROM ${quoted} ORDER BY ${terms} LIMIT -1 OFFSET ${rows}`;
    const condition = chunk === 0 ? "" : ` WHERE (${terms}) IN (${behind})`;
    await this.client.ask({ kind: "run", sql: `BEGIN IMMEDIATE; DELETE FROM ${quoted}${condition}` });
    await this.#state.forget(name, chunk);
    await this.client.ask({ kind: "commit" });
  }

  /** Checks that an earlier run had to leave out. */
  #recallRefused({ name, checks, definition }: TargetTable, made: string | undefined): void {
    for (const check of made === undefined || definition !== null ? [] : checks) {
      if (made?.includes(`CHECK (${check.sql})`)) continue;
      const reason = "SQLite did not take it when the table was made";
      this.#refused.push({ kind: "checks", name: checkName(name.name, check), reason, sql: check.sql });
    }
  }

  /** Their definitions, by their names in lower case. */
  async #tables(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.client.ask({
      kind: "select",
      sql: "SELECT lower(name), sql FROM sqlite_schema WHERE type = 'table'",
      parameters: [],
    });
    const rows = answer.of === "select" ? answer.rows : unexpectedAnswer(answer);
    return new Map(rows.map(([name, sql]) => [String(name), String(sql)]));
  }

  /** A rule that SQLite does not take ends no copy: computed columns get their values, checks are left out. */
  async #make(tables: readonly TargetTable[]): Promise<void> {
    for (const table of tables) {
      const reason = await this.#reasonAgainst(table);
      if (reason === null) continue;
      const plain = { ...table, columns: table.columns.map((column) => ({ ...column, generatedSql: null })) };
      if ((await this.#reasonAgainst(plain)) !== null) await this.#makeWithout(plain, reason);
      this.#context.progress.warn(`${table.name.name}: SQLite does not take all of its rules: ${reason}`);
    }
  }

  async #makeWithout(table: TargetTable, why: string): Promise<void> {
    const taken: TargetTable["checks"][number][] = [];
    for (const check of table.checks) {
      const sql = `SAVEPOINT tried; ${tableSql({ ...table, checks: [check] }, this.#request.isStrict)}; ROLLBACK TO tried`;
      const reason = await reasonAgainst(this.client, sql);
      if (reason === null) taken.push(check);
      else this.#refused.push({ kind: "checks", name: checkName(table.name.name, check), reason, sql: check.sql });
    }
    if ((await this.#reasonAgainst({ ...table, checks: taken })) === null) return;
    throw new DbopsError("DB.REFUSED", { message: `cannot make the table ${table.name.name}`, why });
  }

  async #reasonAgainst(table: TargetTable): Promise<string | null> {
    return await reasonAgainst(this.client, tableSql(table, this.#request.isStrict));
  }
}

function checkName(table: string, { name }: TargetTable["checks"][number]): string {
  return `${table}.${name ?? "check"}`;
}

async function bootOf(): Promise<string> {
  return (await thisMachine()).bootId ?? "unknown";
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function notCreated(): never {
  throw new DbopsError("RUN.BUG", { message: "the copy was used before it was created" });
}

function notResumable(why: string): DbopsError {
  return new DbopsError("COPY.NOT_RESUMABLE", {
    message: "this copy cannot be taken up again",
    why,
    hint: "begin a new one, without --resume",
  });
}
