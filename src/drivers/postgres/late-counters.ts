import type { Session } from "./session.js";

interface Waiting {
  readonly sql: string;
  readonly line: number;
}

const SETS_COUNTER =
  /^SELECT\s+(?:pg_catalog\.)?setval\s*\(\s*'((?:[^'\\]|'')*)'\s*,\s*-?\d+\s*(?:,\s*(?:true|false)\s*)?\)$/i;

/** Whether a statement sets a sequence in plain words. */
export function setsCounter({ sql }: Pick<Waiting, "sql">): boolean {
  return SETS_COUNTER.test(sql.trim());
}

/**
 * Settings of sequences that were there before: no rollback takes such a one back, so that it waits until all else has gone
 * well.
 */
export class LateCounters {
  readonly #old: ReadonlySet<number>;
  readonly #waiting: Waiting[] = [];

  private constructor(old: ReadonlySet<number>) {
    this.#old = old;
  }

  /** Before the script makes sequences of its own. */
  static async open(session: Session): Promise<LateCounters> {
    const rows = await session.query<{ oid: number }>("SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'S'");
    return new LateCounters(new Set(rows.map(({ oid }) => oid)));
  }

  /** Whether the statement is such a one, and waits now. */
  async keep(session: Session, statement: Waiting): Promise<boolean> {
    const name = SETS_COUNTER.exec(statement.sql.trim())?.[1];
    if (name === undefined) return false;
    const [found] = await session.query<{ oid: number | null }>("SELECT pg_catalog.to_regclass($1)::oid AS oid", [
      name.replaceAll("''", "'"),
    ]);
    if (found?.oid == null || !this.#old.has(found.oid)) return false;
    this.#waiting.push(statement);
    return true;
  }

  take(): readonly Waiting[] {
    return this.#waiting.splice(0);
  }
}
