import type { DriverContext, TableName } from "../driver.js";
import type {
  ColumnType,
  Loader,
  LoadRequest,
  LoadTable,
  NewTable,
  TableFault,
  TableHoldings,
  TableLoad,
} from "../load-model.js";
import type { SchemaModel } from "../schema-model.js";
import { COLUMN_TYPES } from "./column-types.js";
import type { Connection } from "./connection.js";
import { translating } from "./errors.js";
import { type LoadClient, startLoadClient } from "./load-client.js";
import { faultsOf, type LoadOrder, unexpected } from "./load-protocol.js";
import { quoteIdent } from "./quote-ident.js";
import { readSchema } from "./schema.js";
import { tableHoldings } from "./table-holdings.js";
import { SqliteTableLoad } from "./table-load.js";

interface Opened {
  readonly connection: Connection;
  readonly path: string;
  readonly context: DriverContext;
}

/** Loads in a forked child; this process only looks. */
export async function openLoader({ connection, path, context }: Opened, { maxFaults }: LoadRequest): Promise<Loader> {
  const client = await startLoadClient(context);
  try {
    await client.ask({ kind: "open", path, busyTimeoutMs: context.lockTimeoutMs, maxFaults });
    return new SqliteLoader(connection, client);
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

class SqliteLoader implements Loader {
  readonly names = { maxBytes: null, ignoresCase: true } as const;
  readonly hasSchemas = false;
  readonly #connection: Connection;
  readonly #client: LoadClient;

  constructor(connection: Connection, client: LoadClient) {
    this.#connection = connection;
    this.#client = client;
  }

  async schema(): Promise<SchemaModel> {
    return readSchema(this.#connection, []);
  }

  typeName(type: ColumnType): string {
    return type.kind === "native" ? type.sql : COLUMN_TYPES[type.type];
  }

  async create({ table, columns }: NewTable): Promise<void> {
    const list = columns.map(({ name, type }) => `${quoteIdent(name)} ${this.typeName(type)}`);
    await this.#client.ask({ kind: "define", sql: `CREATE TABLE ${quoteIdent(table.name)} (${list.join(", ")})` });
  }

  async holdings({ name }: TableName): Promise<TableHoldings> {
    return translating(`cannot count the rows of ${name}`, () => tableHoldings(this.#connection, name));
  }

  async drop({ name }: TableName): Promise<number> {
    return await this.#rowsIn({ kind: "drop", table: name });
  }

  async runSchema(sql: string): Promise<void> {
    await this.#client.ask({ kind: "schema", sql });
  }

  async empty({ name }: TableName): Promise<number> {
    return await this.#rowsIn({ kind: "empty", table: name });
  }

  async load(load: LoadTable): Promise<TableLoad> {
    const answer = await this.#client.ask({ kind: "table", load });
    return answer.of === "table" ? new SqliteTableLoad(this.#client, answer.columns) : unexpected(answer);
  }

  async loadText(): Promise<null> {
    return null;
  }

  async settle(): Promise<readonly TableFault[]> {
    return faultsOf(await this.#client.ask({ kind: "settle" }));
  }

  async commit(): Promise<readonly TableFault[]> {
    return faultsOf(await this.#client.askToEnd({ kind: "commit" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  async #rowsIn(order: Extract<LoadOrder, { kind: "drop" | "empty" }>): Promise<number> {
    const answer = await this.#client.ask(order);
    return answer.of === "counted" ? answer.rows : unexpected(answer);
  }
}
