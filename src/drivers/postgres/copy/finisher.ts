import { heldPromise } from "../../../lib/core/held-promise.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import type { Session } from "../session.js";
import { bringBack } from "./bring-back.js";
import { finishTable } from "./finish-table.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keyOf } from "./ledger.js";
import { makeReferences } from "./make-references.js";
import { inheritedFrom, parentsFirst } from "./parents-first.js";
import type { ReadSessions } from "./read-sessions.js";
import { withSessionOf } from "./session-use.js";

/** Builds keys and indexes side by side, beginning with a table as soon as its rows are in. */
export class Finisher {
  readonly #sessions: ReadSessions;
  readonly #place: HiddenPlace;
  readonly #works = new Map<string, Promise<readonly NotCarried[]>>();
  /** By table: one does not take its key. */
  readonly #failures = new Map<string, unknown>();

  constructor(sessions: ReadSessions, place: HiddenPlace) {
    this.#sessions = sessions;
    this.#place = place;
  }

  /** Its end is awaited by `finish`. */
  begin(table: TargetTable): void {
    const key = keyOf(table.name);
    const before = this.#works.get(key) ?? Promise.resolve([]);
    const build = () => withSessionOf(this.#sessions, (session) => finishTable(session, table, this.#place));
    const work = before.then(build, build);
    work.catch((error: unknown) => this.#failures.set(key, error));
    this.#works.set(key, heldPromise(work));
  }

  /** A copy that cannot end well need not go on. */
  throwIfFailed(): void {
    for (const error of this.#failures.values()) throw error;
  }

  /** Nothing is being built on that table, and what was is not taken for finished. */
  async settled(table: TableName): Promise<void> {
    const key = keyOf(table);
    await this.#works.get(key)?.catch(() => undefined);
    this.#works.delete(key);
    this.#failures.delete(key);
  }

  /** Whatever is missing; `session` does what comes one after the other. `isFilled`: rows were loaded. */
  async finish(
    session: Session,
    design: TargetDesign,
    { isFilled }: { readonly isFilled: boolean },
  ): Promise<readonly NotCarried[]> {
    const shared = inheritedFrom(design.tables);
    const ofTheirOwn = design.tables.filter(({ name }) => !shared.has(keyOf(name)));
    const left = [...(await this.#finishTables(await this.#byRows(session, ofTheirOwn)))];
    // What is done to a table is done to those that inherit from it: they must be let go before.
    for (const table of parentsFirst(design.tables).toReversed()) {
      if (shared.has(keyOf(table.name))) left.push(...(await this.#finishTables([table])));
    }
    left.push(...(await makeReferences(design, { place: this.#place, sessions: this.#sessions })));
    await this.#numberFreely(session, design);
    left.push(...(await bringBack(session, design, { place: this.#place, isFilled })));
    return left;
  }

  async #finishTables(tables: readonly TargetTable[]): Promise<readonly NotCarried[]> {
    for (const table of tables) if (!this.#works.has(keyOf(table.name))) this.begin(table);
    const left: NotCarried[] = [];
    const works = tables.map(({ name }) => this.#works.get(keyOf(name)) ?? []);
    for (const work of await Promise.allSettled(works)) {
      if (work.status === "rejected") throw work.reason;
      left.push(...work.value);
    }
    return left;
  }

  /** The largest first: it decides when all are done. */
  async #byRows(session: Session, tables: readonly TargetTable[]): Promise<readonly TargetTable[]> {
    const sizes = new Map<TargetTable, bigint>();
    for (const table of tables) {
      const sql = "SELECT pg_table_size(to_regclass($1)) AS bytes";
      sizes.set(table, (await session.one<{ bytes: bigint }>(sql, [this.#place.quoted(table.name)])).bytes);
    }
    return [...tables].sort((a, b) => Number((sizes.get(b) ?? 0n) - (sizes.get(a) ?? 0n)));
  }

  async #numberFreely(session: Session, { sequences }: TargetDesign): Promise<void> {
    for (const { name, next } of sequences) {
      await session.query("SELECT setval($1::regclass, $2, false)", [this.#place.quoted(name), next]);
    }
  }
}
