import type { Connection, FieldDef, Submittable } from "pg";
import { deferred } from "../../lib/core/deferred.js";

/**
 * Has the server parse and analyse one statement without running it, as a query of `pg`. Nothing but one statement
 * passes, and what passes has its brackets, quotes and comments closed: put into brackets it cannot leave them.
 */
export class DescribeStatement implements Submittable {
  readonly #sql: string;
  readonly #done = deferred<readonly FieldDef[] | null>();
  #fields: readonly FieldDef[] | null = null;

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** The columns of its rows; null when it gives none. Rejects with what `pg` says. */
  get done(): Promise<readonly FieldDef[] | null> {
    return this.#done.promise;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    connection.parse({ text: this.#sql, name: "", types: [] }, true);
    connection.describe({ type: "S", name: "" }, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    this.#fields = fields;
  }

  handleError(error: unknown): void {
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    this.#done.resolve(this.#fields);
  }
}
