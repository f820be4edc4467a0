import type { Connection, Submittable } from "pg";
import { deferred } from "../../lib/core/deferred.js";

/**
 * Statements that are sent together and run one after the other, up to the first that fails. Each is parsed apart, so that
 * none can hold a second one.
 */
export class StatementBatch implements Submittable {
  readonly #statements: readonly string[];
  readonly #done = deferred<void>();
  /** How many have been run: of a batch that fails, which one it was. */
  completed = 0;

  constructor(statements: readonly string[]) {
    this.#statements = statements;
  }

  /** Rejects with what `pg` says. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    for (const text of this.#statements) {
      connection.parse({ name: "", text, types: [] }, true);
      connection.bind({ portal: "", statement: "", values: [] }, true);
      connection.execute({ portal: "", rows: "0" }, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleCommandComplete(): void {
    this.completed += 1;
  }

  handleEmptyQuery(): void {
    this.completed += 1;
  }

  /** Nobody looks at what a script selects. */
  handleDataRow(): void {}

  handleError(error: unknown): void {
    this.#done.reject(error);
  }

  handleReadyForQuery(): void {
    this.#done.resolve();
  }
}
