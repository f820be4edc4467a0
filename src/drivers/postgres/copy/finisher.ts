import { heldPromise } from "../../../lib/core/held-promise.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import type { Session } from "../session.js";
import { finishTable } from "./finish-table.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keyOf } from "./ledger.js";
import { leftBehind } from "./left-behind.js";
import { makeIndexes } from "./make-indexes.js";
import { makeReferences } from "./make-references.js";
import type { ReadGate } from "./read-gate.js";
import type { ReadSessions } from "./read-sessions.js";
import { withSessionOf } from "./session-use.js";

/** What comes back from an earlier life, as it is counted when it does not. */
const RETURNING = {
  table: "functions",
  column: "defaults",
  view: "views",
  trigger: "triggers",
  index: "indexes",
  other: "functions",
} as const satisfies Readonly<Record<TargetDesign["returning"][number]["kind"], NotCarried["kind"]>>;

export interface FinisherParts {
  readonly sessions: ReadSessions;
  readonly place: HiddenPlace;
  readonly gate: ReadGate;
}

interface TableWork {
  readonly keyed: Promise<unknown>;
  readonly whole: Promise<readonly NotCarried[]>;
}

/** Builds keys and indexes side by side, beginning with a table as soon as its rows are in. */
export class Finisher {
  readonly #sessions: ReadSessions;
  readonly #place: HiddenPlace;
  readonly #gate: ReadGate;
  readonly #works = new Map<string, TableWork>();
  /** What `finish` has to build is known. */
  #begun: Promise<void> = Promise.resolve();
  /** By table: one does not take its key. */
  readonly #failures = new Map<string, unknown>();

  constructor({ sessions, place, gate }: FinisherParts) {
    this.#sessions = sessions;
    this.#place = place;
    this.#gate = gate;
  }

  /** Its end is awaited by `finish`. */
  begin(table: TargetTable): void {
    const key = keyOf(table.name);
    const before = this.#works.get(key)?.whole ?? Promise.resolve([]);
    const build = () => withSessionOf(this.#sessions, (session) => finishTable(session, table, this.#place));
    const keyed = heldPromise(before.then(build, build));
    const whole = keyed.then(async (left) => [...left, ...(await makeIndexes(this.#sessions, table, this.#place))]);
    whole.catch((error: unknown) => this.#failures.set(key, error));
    this.#works.set(key, { keyed, whole: heldPromise(whole) });
  }

  /** Nothing more keeps those out who read that table, and what orders its rows stands. Throws when it cannot. */
  async readable(table: TableName): Promise<void> {
    await this.#begun;
    await this.#works.get(keyOf(table))?.keyed;
  }

  /** A copy that cannot end well need not go on. */
  throwIfFailed(): void {
    for (const error of this.#failures.values()) throw error;
  }

  /** Nothing is being built on that table, and what was is not taken for finished. */
  async settled(table: TableName): Promise<void> {
    const key = keyOf(table);
    await this.#works.get(key)?.whole.catch(() => undefined);
    this.#works.delete(key);
    this.#failures.delete(key);
  }

  /** Whatever is missing; `session` does what comes one after the other. */
  async finish(session: Session, design: TargetDesign): Promise<readonly NotCarried[]> {
    this.#begun = heldPromise(this.#beginAll(session, design.tables));
    await this.#begun;
    const left: NotCarried[] = [];
    const works = design.tables.map(({ name }) => this.#works.get(keyOf(name))?.whole ?? []);
    for (const work of await Promise.allSettled(works)) {
      if (work.status === "rejected") throw work.reason;
      left.push(...work.value);
    }
    left.push(...(await makeReferences(design, { place: this.#place, sessions: this.#sessions, gate: this.#gate })));
    await this.#numberFreely(session, design);
    if (design.returning.length > 0)
      left.push(...(await this.#gate.alone(() => this.#bringBack(session, design.returning))));
    return left;
  }

  async #beginAll(session: Session, tables: readonly TargetTable[]): Promise<void> {
    for (const table of await this.#byRows(session, tables)) {
      if (!this.#works.has(keyOf(table.name))) this.begin(table);
    }
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

  async #bringBack(session: Session, returning: TargetDesign["returning"]): Promise<readonly NotCarried[]> {
    const left: NotCarried[] = [];
    await session.run("SET check_function_bodies = off");
    for (const { kind, name, schema, sql } of returning) {
      await session.run(`SET search_path = ${this.#place.pathFor(schema)}`);
      left.push(...(await leftBehind(session, { kind: RETURNING[kind], name, sql, mayBeThere: true })));
    }
    await session.run("SET search_path = ''; RESET check_function_bodies");
    return left;
  }
}
