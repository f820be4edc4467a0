import Database from "better-sqlite3";
import { registerOpenDatabase } from "../../lib/system/open-databases.js";
import { translating } from "./errors.js";

export interface ConnectionOptions {
  readonly isReadOnly: boolean;
  /** How long a statement waits for a lock, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** An open database that plain file access is kept away from until it is closed. */
export class Connection implements Disposable {
  readonly db: Database.Database;
  readonly #registration: Disposable;

  /** The path must be absolute; see openablePath. CONNECT.*, DB.*, LOCK.DATABASE. */
  constructor(
    readonly path: string,
    options: ConnectionOptions,
  ) {
    this.db = translating(`cannot open ${path}`, () => open(path, options));
    this.#registration = registerOpenDatabase(path);
  }

  [Symbol.dispose](): void {
    if (!this.db.open) return;
    this.db.close();
    this.#registration[Symbol.dispose]();
  }

  /** The first column of the first row. */
  value(sql: string, ...parameters: readonly unknown[]): unknown {
    return this.db
      .prepare<unknown[], unknown>(sql)
      .pluck()
      .get(...parameters);
  }

  /** The first column of the first row as text; empty when there is none. */
  text(sql: string, ...parameters: readonly unknown[]): string {
    const value = this.value(sql, ...parameters);
    return value === null || value === undefined ? "" : String(value);
  }

  /** The first column of the first row as a number; 0 when there is none. */
  count(sql: string, ...parameters: readonly unknown[]): number {
    return Number(this.value(sql, ...parameters) ?? 0);
  }

  rows<Row>(sql: string, ...parameters: readonly unknown[]): readonly Row[] {
    return this.db.prepare<unknown[], Row>(sql).all(...parameters);
  }
}

/** Sets what holds for this connection only; nothing that the file would keep. */
function open(path: string, { isReadOnly, busyTimeoutMs }: ConnectionOptions): Database.Database {
  const timeout = Math.min(busyTimeoutMs, 2 ** 31 - 1);
  const db = new Database(path, { readonly: isReadOnly, fileMustExist: true, timeout });
  db.defaultSafeIntegers(true);
  db.pragma("foreign_keys = ON");
  return db;
}
