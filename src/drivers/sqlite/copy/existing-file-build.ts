import { DbopsError } from "../../../lib/core/errors.js";
import { heldPromise } from "../../../lib/core/held-promise.js";
import type { CopyReader } from "../../copy-rows-model.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { CopyLoad, CopyTargetRequest, TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { DriverContext } from "../../driver.js";
import { openablePath } from "../access.js";
import type { FileBuild } from "./file-build.js";
import { FileLoad } from "./file-load.js";
import { setNumbering } from "./finish-file.js";
import { FileReader } from "./reader.js";
import { type RowClient, startRowClient } from "./row-client.js";
import { type SelectedRows, unexpectedAnswer } from "./row-protocol.js";
import { Turns } from "./turns.js";

const AS_IT_IS = { nul: "fail", invalidUtf8: "fail" } as const;

/** The tables that a file has already: all is one transaction of it. */
export class ExistingFileBuild implements FileBuild {
  readonly place: string;
  readonly #request: CopyTargetRequest;
  readonly #context: DriverContext;
  readonly #turns = new Turns();
  #client: RowClient | null = null;
  /** One for all: reads of several would have the same numbers. */
  #reader: FileReader | null = null;
  #finishing: Promise<void> = Promise.resolve();

  constructor(path: string, request: CopyTargetRequest, context: DriverContext) {
    this.place = path;
    this.#request = request;
    this.#context = context;
  }

  get client(): RowClient {
    if (this.#client !== null) return this.#client;
    throw new DbopsError("RUN.BUG", { message: "the copy was used before it was created" });
  }

  /** A connection that reads runs no other statements. */
  async reader(): Promise<CopyReader> {
    await this.#finishing;
    this.#reader ??= new FileReader(this.client);
    return this.#reader;
  }

  /** Begins the transaction. LOCK.DATABASE, UNSUPPORTED.ENGINE for triggers that should not fire. */
  async create({ tables }: TargetDesign): Promise<void> {
    const path = await openablePath(this.place, this.#context);
    const database = { path, isReadOnly: false, isPrivate: false, busyTimeoutMs: this.#context.lockTimeoutMs };
    this.#client = await startRowClient(this.#context);
    await this.client.ask({ kind: "open", database, choices: AS_IT_IS, isBuilt: false });
    if (this.#request.disableTriggers) await this.#requireNoTriggers(tables);
    await this.client.ask({ kind: "run", sql: "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON" });
  }

  async checkpoints(): Promise<readonly []> {
    return [];
  }

  async load(table: TargetTable): Promise<CopyLoad> {
    const onEnd = await this.#turns.take();
    try {
      await this.client.ask({ kind: "load", table });
      return new FileLoad({ client: this.client, state: null, onEnd });
    } catch (error) {
      onEnd();
      throw error;
    }
  }

  async remake({ name }: TargetTable): Promise<void> {
    throw new DbopsError("RUN.BUG", { message: `${name.name} was there before the copy and is not made again` });
  }

  async finish({ tables }: TargetDesign): Promise<readonly NotCarried[]> {
    this.#finishing = heldPromise(this.#number(tables));
    await this.#finishing;
    return [];
  }

  async publish(): Promise<{ readonly previous: null }> {
    try {
      await this.client.askToEnd({ kind: "commit" });
    } catch (error) {
      throw isBrokenReference(error) ? await this.#brokenReference(error) : error;
    }
    return { previous: null };
  }

  async keep(): Promise<boolean> {
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
  }

  async #number(tables: readonly TargetTable[]): Promise<void> {
    for (const table of tables) await setNumbering(this.client, table);
  }

  /** SQLite says only that there is one. */
  async #brokenReference(cause: unknown): Promise<DbopsError> {
    const [row] = await this.#select(`SELECT "table", parent, rowid FROM pragma_foreign_key_check LIMIT 1`, []);
    return new DbopsError("COPY.REFUSED", {
      message: "a row of the copy refers to one that does not exist",
      why: row === undefined ? "FOREIGN KEY constraint failed" : `${row[0]} to ${row[1]}, at rowid ${row[2]}`,
      hint: "copy the tables that it refers to as well; nothing was changed",
      cause,
    });
  }

  async #requireNoTriggers(tables: readonly TargetTable[]): Promise<void> {
    const names = JSON.stringify(tables.map(({ name }) => name.name.toLowerCase()));
    const sql = `SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'
      AND lower(tbl_name) IN (SELECT value FROM json_each(?)) LIMIT 1`;
    const [trigger] = await this.#select(sql, [names]);
    if (trigger === undefined) return;
    throw new DbopsError("UNSUPPORTED.ENGINE", {
      message: `the trigger ${trigger[0]} of ${trigger[1]} cannot be kept from firing`,
      why: "SQLite has no way to switch triggers off for one connection that dbops could use",
      hint: "leave out --disable-triggers, or drop the trigger and make it again afterwards",
    });
  }

  async #select(sql: string, parameters: readonly string[]): Promise<SelectedRows> {
    const answer = await this.client.ask({ kind: "select", sql, parameters });
    return answer.of === "select" ? answer.rows : unexpectedAnswer(answer);
  }
}

function isBrokenReference(error: unknown): boolean {
  return error instanceof DbopsError && (error.why ?? "").includes("SQLITE_CONSTRAINT_FOREIGNKEY");
}
