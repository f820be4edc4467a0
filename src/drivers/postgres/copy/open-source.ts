import type { BeyondLimit, LimitedColumn } from "../../copy-limit-model.js";
import type { CopyColumn, CopyEvent, CopyRead, CopyReader, TableTotals } from "../../copy-rows-model.js";
import type { CopyCatalog, CopyChoices, CopySource, SourceTable } from "../../copy-source-model.js";
import type { TableName } from "../../driver.js";
import type { ViewParts } from "../postgres-view.js";
import { quoteLiteral } from "../quote-literal.js";
import type { Session, SqlRow } from "../session.js";
import { openViewSession, type ViewSession } from "../view-session.js";
import { beyondLimits } from "./beyond-limits.js";
import { readCatalog } from "./catalog.js";
import { holdWrites } from "./hold-writes.js";
import { openReadSession } from "./read-session.js";
import { SessionPool } from "./read-sessions.js";
import { copyReader } from "./reader.js";
import { withSessionOf } from "./session-use.js";
import { type Activity, readActivity, stateSince } from "./unchanged.js";

/** Opens one state of a database to be copied; readers of their own see the same. CONNECT.*. */
export async function openCopySource(parts: ViewParts, choices: CopyChoices): Promise<CopySource> {
  const hold = choices.holdWrites ? await holdWrites(parts, choices) : null;
  try {
    return await openBehind(parts, choices, hold);
  } catch (error) {
    await hold?.[Symbol.asyncDispose]();
    throw error;
  }
}

async function openBehind(parts: ViewParts, choices: CopyChoices, hold: Session | null): Promise<CopySource> {
  const before = await readActivity(parts);
  const view = await openViewSession(parts);
  try {
    const { path } = await view.act((session) =>
      session.one<SqlRow & { readonly path: string }>("SELECT pg_catalog.current_setting('search_path') AS path"),
    );
    const snapshot = await view.exportSnapshot();
    return new PostgresCopySource({ parts, choices, hold, view, snapshot, path, before });
  } catch (error) {
    await view[Symbol.asyncDispose]();
    throw error;
  }
}

interface SourceParts {
  readonly parts: ViewParts;
  readonly choices: CopyChoices;
  /** Keeps writers out; null = they may write. */
  readonly hold: Session | null;
  readonly view: ViewSession;
  readonly snapshot: string;
  readonly path: string;
  /** What the server had counted before the snapshot. */
  readonly before: Activity;
}

class PostgresCopySource implements CopySource {
  readonly snapshot: string;
  readonly #source: SourceParts;
  readonly #pool: SessionPool;
  readonly #reader: CopyReader;

  constructor(source: SourceParts) {
    this.#source = source;
    this.snapshot = `REPEATABLE READ ${source.snapshot}`;
    this.#pool = new SessionPool({
      most: Math.max(1, source.choices.jobs),
      open: () => openReadSession(source.parts),
      // Each use is a transaction, so that no lock stays on a table that has been read.
      begin: `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${quoteLiteral(source.snapshot)}`,
      end: "ROLLBACK",
    });
    this.#reader = copyReader(this.#pool, source.path);
  }

  async catalog(): Promise<CopyCatalog> {
    return await readCatalog(this.#source.view, this.#source.choices);
  }

  read(request: CopyRead): AsyncIterable<CopyEvent> {
    return this.#reader.read(request);
  }

  async beyond(table: SourceTable, limits: readonly LimitedColumn[]): Promise<readonly (BeyondLimit | null)[]> {
    return await withSessionOf(this.#pool, (session) => beyondLimits(session, table, limits));
  }

  async totals(table: TableName, columns: readonly CopyColumn[]): Promise<TableTotals> {
    return await this.#reader.totals(table, columns);
  }

  async query(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return await this.#reader.query(sql);
  }

  async unchanged(): Promise<"yes" | "no" | "probably"> {
    const { hold, before, parts } = this.#source;
    if (hold === null) return stateSince(before, await readActivity(parts));
    // While the session lives, so do its locks. CONNECT.LOST otherwise.
    await hold.run("SELECT 1");
    return "yes";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
    await this.#source.view[Symbol.asyncDispose]();
    await this.#source.hold?.[Symbol.asyncDispose]();
  }
}
