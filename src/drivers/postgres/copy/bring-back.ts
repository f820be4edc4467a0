import type { NotCarried } from "../../copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../copy-target-model.js";
import { sqlStateOf } from "../errors.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session } from "../session.js";
import { withHiddenNames } from "./hidden-names.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keyOf } from "./ledger.js";
import { IS_THERE } from "./left-behind.js";
import { inTransaction } from "./make-tables.js";
import { tryStatement } from "./try-statement.js";

type Returning = TargetDesign["returning"][number];

/** What comes back from an earlier life, as it is counted when it does not. */
const KINDS = {
  table: "functions",
  column: "defaults",
  view: "views",
  trigger: "triggers",
  index: "indexes",
  other: "functions",
} as const satisfies Readonly<Record<Returning["kind"], NotCarried["kind"]>>;

export interface BringBack {
  readonly place: HiddenPlace;
  /** Rows were loaded: a view that keeps rows must show the same. */
  readonly isFilled: boolean;
}

/**
 * Runs definitions that come back, in any order that they can be run in; whole or not at all. A table steps aside for the
 * view that kept its rows, and comes back where the view does not.
 */
export async function bringBack(
  session: Session,
  { returning, tables }: TargetDesign,
  { place, isFilled }: BringBack,
): Promise<readonly NotCarried[]> {
  if (returning.length === 0) return [];
  let refused: readonly Refused[] = [];
  await inTransaction(session, async () => {
    await session.run("SET LOCAL check_function_bodies = off");
    const visitors = new Visitors(session, { place, isFilled, tables });
    for (const each of returning) await visitors.makeRoom(each);
    refused = await inTurns(returning, visitors);
    await session.run("SET LOCAL search_path = ''; SET LOCAL check_function_bodies = on");
  });
  return refused.map(({ each: { kind, name, sql }, reason }) => ({ kind: KINDS[kind], name, reason, sql }));
}

interface Refused {
  readonly each: Returning;
  readonly reason: string;
  /** Another turn would change nothing. */
  readonly isFinal: boolean;
}

/** Those that are refused get another turn as long as anything has changed: they may speak of each other. */
async function inTurns(returning: readonly Returning[], visitors: Visitors): Promise<readonly Refused[]> {
  const left: Refused[] = [];
  let waiting = returning;
  for (;;) {
    const answers: Refused[] = [];
    for (const each of waiting) answers.push(...(await visitors.take(each)));
    const refused = answers.filter(({ isFinal }) => !isFinal);
    left.push(...answers.filter(({ isFinal }) => isFinal));
    if (refused.length === waiting.length) {
      const stuck = refused.find(({ each }) => each.instead !== undefined);
      if (stuck === undefined) return [...left, ...refused];
      await visitors.giveBack(stuck.each);
      left.push(stuck);
      refused.splice(refused.indexOf(stuck), 1);
    }
    if (refused.length === 0) return left;
    waiting = refused.map(({ each }) => each);
  }
}

class Visitors {
  readonly #session: Session;
  readonly #how: BringBack & { readonly tables: readonly TargetTable[] };
  /** Tables that have stepped aside, and the names that they have meanwhile. */
  readonly #aside = new Map<Returning, string>();

  constructor(session: Session, how: BringBack & { readonly tables: readonly TargetTable[] }) {
    this.#session = session;
    this.#how = how;
  }

  async makeRoom(each: Returning): Promise<void> {
    if (each.instead === undefined) return;
    const { place } = this.#how;
    const sql = "SELECT FROM pg_class WHERE oid = to_regclass($1) AND relkind = 'r'";
    if ((await this.#session.query(sql, [place.quoted(each.instead)])).length === 0) return;
    const aside = `dbops_rows_${this.#aside.size + 1}`;
    await this.#session.run(`ALTER TABLE ${place.quoted(each.instead)} RENAME TO ${quoteIdent(aside)}`);
    this.#aside.set(each, aside);
  }

  /** Nothing when it is there. */
  async take(each: Returning): Promise<readonly Refused[]> {
    const { place } = this.#how;
    await this.#session.run(`SET LOCAL search_path = ${place.pathFor(each.schema)}`);
    const refusal = await tryStatement(this.#session, withHiddenNames(each.sql, place));
    if (refusal === null) return await this.#compare(each);
    if (IS_THERE.has(sqlStateOf(refusal) ?? "")) return [];
    return [{ each, reason: refusal.why ?? refusal.message, isFinal: false }];
  }

  /** The table has its name again. */
  async giveBack(each: Returning): Promise<void> {
    const aside = this.#aside.get(each);
    if (aside === undefined || each.instead === undefined) return;
    const { schema, name } = each.instead;
    await this.#session.run(
      `ALTER TABLE ${this.#how.place.quoted({ schema, name: aside })} RENAME TO ${quoteIdent(name)}`,
    );
    this.#aside.delete(each);
  }

  async #compare(each: Returning): Promise<readonly Refused[]> {
    const { place, isFilled, tables } = this.#how;
    const aside = this.#aside.get(each);
    if (aside === undefined || each.instead === undefined) return [];
    const view = place.quoted(each.instead);
    const rows = place.quoted({ ...each.instead, name: aside });
    const key = keyOf(each.instead);
    const columns = tables.find(({ name }) => keyOf(name) === key)?.columns ?? [];
    if (!isFilled || (await this.#isSame(view, rows, columns))) {
      await this.#session.run(`DROP TABLE ${rows}`);
      this.#aside.delete(each);
      return [];
    }
    await this.#session.run(`DROP MATERIALIZED VIEW ${view}`);
    await this.giveBack(each);
    return [{ each, reason: "its query shows other rows than the copy has: it stays a table of those", isFinal: true }];
  }

  /** As many rows of each spelling; not every type can be compared. */
  async #isSame(one: string, other: string, columns: TargetTable["columns"]): Promise<boolean> {
    const list = columns.map(({ name }) => `${quoteIdent(name)}::text`).join(", ");
    const beyond = (first: string, second: string): string =>
      `EXISTS (SELECT ${list} FROM ${first} EXCEPT ALL SELECT ${list} FROM ${second})`;
    const sql = `SELECT NOT ${beyond(one, other)} AND NOT ${beyond(other, one)} AS same`;
    return (await this.#session.one<{ same: boolean }>(sql)).same;
  }
}
