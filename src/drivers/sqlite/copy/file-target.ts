import { DbopsError } from "../../../lib/core/errors.js";
import type { SqlExpression, SqlSelect } from "../../../lib/core/sql-expression.js";
import type { CopyColumn, CopyEvent, CopyRead, RowKey, TableTotals } from "../../copy-rows-model.js";
import type { NotCarried, SourceColumn } from "../../copy-source-model.js";
import type {
  Checkpoint,
  CopyLoad,
  CopyTarget,
  CopyTargetRequest,
  Expressed,
  ExpressionScope,
  Occupancy,
  ScopeColumn,
  TargetDesign,
  TargetTable,
  TargetType,
} from "../../copy-target-model.js";
import type { CopyType } from "../../copy-type-model.js";
import type { DriverContext, HeldLock, Identity, LockOptions, TableName } from "../../driver.js";
import { openablePath } from "../access.js";
import { locate } from "../locate.js";
import { lockDatabase } from "../lock.js";
import { quoteIdent } from "../quote-ident.js";
import { recoverSwap } from "../swap.js";
import { exists } from "../swap-intent.js";
import { express } from "./express.js";
import { expressSelect } from "./express-select.js";
import type { FileBuild } from "./file-build.js";
import { fileOccupancy } from "./file-occupancy.js";
import { reasonAgainst } from "./finish-file.js";
import { FileReader } from "./reader.js";
import { targetRowKey } from "./target-row-key.js";
import { targetType } from "./target-type.js";
import { viewColumns } from "./view-columns.js";

const AS_IT_IS = { nul: "fail", invalidUtf8: "fail" } as const;

export interface FileTargetParts {
  readonly path: string;
  readonly identity: Identity;
  readonly request: CopyTargetRequest;
  readonly build: FileBuild;
}

/** A file that a copy goes into: one that is built beside it, or itself. */
export class FileTarget implements CopyTarget {
  readonly label: string;
  readonly identity: Identity;
  readonly names = { maxBytes: null, ignoresCase: true } as const;
  readonly hasSequences = false;
  readonly #parts: FileTargetParts;
  readonly #context: DriverContext;

  constructor(parts: FileTargetParts, context: DriverContext) {
    this.label = parts.path;
    this.identity = parts.identity;
    this.#parts = parts;
    this.#context = context;
  }

  get place(): string {
    return this.#parts.build.place;
  }

  async lock(options: LockOptions): Promise<HeldLock> {
    const lock = await lockDatabase(this.#parts.path, options, this.#context);
    for (const line of await recoverSwap(this.#parts.path)) this.#context.progress.note(line);
    return lock;
  }

  async occupancy(tables: readonly TableName[]): Promise<Occupancy> {
    const { path } = this.#parts;
    if (!(await exists(path))) return { objects: [], dependents: [] };
    const file = await openablePath((await locate(path)).path, this.#context);
    const open = { path: file, isReadOnly: false, isPrivate: false, busyTimeoutMs: this.#context.lockTimeoutMs };
    await using reader = await FileReader.open(open, AS_IT_IS, this.#context);
    await reader.begin();
    return await fileOccupancy(reader, tables);
  }

  nameFor({ schema, name }: TableName): TableName {
    return { schema: null, name: schema === null || schema === "public" ? name : `${schema}__${name}` };
  }

  typeFor(type: CopyType, column: SourceColumn): TargetType {
    return targetType(type, column, this.#parts.request);
  }

  express(expression: SqlExpression, scope: ExpressionScope, wanted: ScopeColumn | null): Expressed {
    return express(expression, scope, wanted);
  }

  expressSelect(select: SqlSelect, scope: ExpressionScope): Expressed {
    return expressSelect(select, scope);
  }

  rowKey(table: TargetTable): RowKey {
    return targetRowKey(table);
  }

  async create(design: TargetDesign): Promise<void> {
    await this.#parts.build.create(design);
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return await this.#parts.build.checkpoints();
  }

  async load(table: TargetTable, chunk: number): Promise<CopyLoad> {
    return await this.#parts.build.load(table, chunk);
  }

  async remake(table: TargetTable): Promise<void> {
    await this.#parts.build.remake(table);
  }

  async finish(design: TargetDesign): Promise<readonly NotCarried[]> {
    return await this.#parts.build.finish(design);
  }

  async addView(
    { name }: TableName,
    sql: string,
  ): Promise<{ readonly columns: readonly CopyColumn[] } | { readonly reason: string }> {
    const { client } = this.#parts.build;
    const reason = await reasonAgainst(client, `CREATE VIEW ${quoteIdent(name)} AS ${sql}`);
    if (reason !== null) return { reason };
    try {
      return { columns: await viewColumns(client, name) };
    } catch (error) {
      if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
      await this.dropView({ schema: null, name });
      return { reason: error.why ?? error.message };
    }
  }

  async dropView({ name }: TableName): Promise<void> {
    await this.#parts.build.client.ask({ kind: "run", sql: `DROP VIEW IF EXISTS ${quoteIdent(name)}` });
  }

  async publish(design: TargetDesign): Promise<{ readonly previous: string | null }> {
    return await this.#parts.build.publish(design);
  }

  async keep(): Promise<boolean> {
    return await this.#parts.build.keep();
  }

  async *read(request: CopyRead): AsyncIterable<CopyEvent> {
    yield* (await this.#parts.build.reader()).read(request);
  }

  async totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals> {
    return await (await this.#parts.build.reader()).totals(table, columns);
  }

  async query(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return await (await this.#parts.build.reader()).query(sql);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.build[Symbol.asyncDispose]();
  }
}
