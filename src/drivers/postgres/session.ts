import type { Client, Submittable } from "pg";
import type { Value } from "../driver.js";
import type { ServerAddress } from "./conn-info.js";
import { translateError } from "./errors.js";

export type SqlRow = Readonly<Record<string, Value>>;

/** One connection. Its errors are translated; aborting the run's signal ends it. */
export class Session implements AsyncDisposable {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  #doing: string | null = null;
  readonly #onAbort = (): void => void this.#client.end().catch(() => undefined);
  /** The server of the list that answered. */
  readonly server: ServerAddress;

  constructor(client: Client, options: { readonly server: ServerAddress; readonly signal: AbortSignal }) {
    this.#client = client;
    this.#signal = options.signal;
    this.server = options.server;
    this.#signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Runs one statement. DB.REFUSED, DB.PERMISSION, LOCK.DATABASE, CONNECT.LOST. */
  async query<R extends SqlRow>(sql: string, parameters: readonly Value[] = []): Promise<readonly R[]> {
    try {
      const result = await this.#client.query<R>(sql, [...parameters]);
      return result.rows;
    } catch (error) {
      this.#signal.throwIfAborted();
      throw translateError(error, this.#doing ?? `run ${firstWords(sql)}`);
    }
  }

  /** The one row that a query must give. */
  async one<R extends SqlRow>(sql: string, parameters: readonly Value[] = []): Promise<R> {
    const [row] = await this.query<R>(sql, parameters);
    if (row === undefined) throw new Error(`no row from ${firstWords(sql)}`);
    return row;
  }

  /** Runs several statements, whose rows nobody needs. */
  async run(script: string): Promise<void> {
    await this.query(script);
  }

  /** Runs several statements in one round trip: the rows of each of them. As `query`. */
  async batch(statements: readonly string[]): Promise<readonly (readonly SqlRow[])[]> {
    try {
      const answer = await this.#client.query<SqlRow>(statements.join(";\n"));
      const results: readonly { readonly rows: readonly SqlRow[] }[] = Array.isArray(answer) ? answer : [answer];
      return results.map(({ rows }) => rows);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw translateError(error, this.#doing ?? `run ${firstWords(statements.at(-1) ?? "")}`);
    }
  }

  /** Runs one statement to its end, whatever the run's signal says meanwhile: what became of it must be known. */
  async runToEnd(sql: string): Promise<void> {
    this.#signal.throwIfAborted();
    this.#signal.removeEventListener("abort", this.#onAbort);
    try {
      await this.#client.query(sql);
    } catch (error) {
      throw translateError(error, this.#doing ?? `run ${firstWords(sql)}`);
    } finally {
      if (this.#signal.aborted) this.#onAbort();
      else this.#signal.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  /** Runs one statement; that it is one alone is for the server to see. As `query`. */
  async single(sql: string): Promise<void> {
    const extended = { text: sql, queryMode: "extended" };
    try {
      await this.#client.query(extended);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw translateError(error, `run ${firstWords(sql)}`);
    }
  }

  /** Runs a query that reads the server's answer itself. `doing` ends the sentence "cannot …" of its errors. */
  async submit<T>(query: Submittable & { readonly done: Promise<T> }, doing: string): Promise<T> {
    // An answer may come when others are at work.
    const meant = this.#doing ?? doing;
    try {
      return await this.#client.query(query).done;
    } catch (error) {
      this.#signal.throwIfAborted();
      throw translateError(error, meant);
    }
  }

  /** The errors of all statements within say "cannot …" so, instead of the statement's own words. */
  async during<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const before = this.#doing;
    this.#doing = doing;
    try {
      return await work();
    } finally {
      this.#doing = before;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await this.#client.end().catch(() => undefined);
  }
}

function firstWords(sql: string): string {
  const line = sql.trim().replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
