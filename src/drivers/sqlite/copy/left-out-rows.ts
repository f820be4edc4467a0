import { formatNumberOf } from "../../../lib/core/units.js";
import type { Obstacle, SourceForeignKey, SourceTable } from "../../copy-source-model.js";
import type { ReaderPool } from "./reader-pool.js";
import type { LeftOut } from "./row-walk.js";
import type { DescribedTable } from "./source-table.js";

/** What leaving rows out for a reference that leads nowhere comes to. */
export interface LeftOutRows {
  /** By the table's name. */
  readonly leftOut: ReadonlyMap<string, readonly LeftOut[]>;
  /** The tables, with those that follow among their orphans. */
  readonly tables: readonly SourceTable[];
  readonly obstacles: readonly Obstacle[];
}

interface Step {
  readonly parent: string;
  readonly rowids: BigInt64Array;
}

/** Rows that refer to nothing, and those that would because of it, until no more do. */
export async function leftOutRows(pool: ReaderPool, described: readonly DescribedTable[]): Promise<LeftOutRows> {
  const following = new Following(described);
  for (const step of following.steps) {
    for (const { table } of described) {
      for (const [at, key] of table.foreignKeys.entries()) {
        if (key.references.table.name !== step.parent) continue;
        const pairs = key.columns.map((from, index) => ({ from, to: key.references.columns[index] ?? from }));
        const question = { ask: "followers", table: table.name.name, pairs, ...step } as const;
        const answer = await pool.use((reader) => reader.survey(question));
        if (answer.to === "followers") following.take(table, at, answer);
      }
    }
  }
  return following.found();
}

class Following {
  /** Grows while it is walked. */
  readonly steps: Step[] = [];
  readonly #described: readonly DescribedTable[];
  readonly #orphans = new Map<string, BigInt64Array>();
  readonly #followers = new Map<string, Set<bigint>>();
  /** By table and the reference's place. */
  readonly #counts = new Map<string, number>();
  readonly #obstacles: Obstacle[] = [];

  constructor(described: readonly DescribedTable[]) {
    this.#described = described;
    for (const { table, orphans } of described) {
      if (orphans.length === 0) continue;
      this.#orphans.set(table.name.name, orphans);
      this.steps.push({ parent: table.name.name, rowids: orphans });
    }
  }

  take(
    table: SourceTable,
    at: number,
    { count, rowids }: { readonly count: number; readonly rowids: BigInt64Array },
  ): void {
    if (count === 0) return;
    const { name } = table.name;
    this.#counts.set(countKey(table, at), (this.#counts.get(countKey(table, at)) ?? 0) + count);
    if (rowids.length === 0) this.#obstacles.push(unnamed(table, table.foreignKeys[at], count));
    const orphans = new Set(this.#orphans.get(name));
    const known = this.#followers.get(name) ?? new Set();
    const fresh = BigInt64Array.from(rowids.filter((rowid) => !orphans.has(rowid) && !known.has(rowid)));
    if (fresh.length === 0) return;
    this.#followers.set(name, known);
    for (const rowid of fresh) known.add(rowid);
    this.steps.push({ parent: name, rowids: fresh });
  }

  found(): LeftOutRows {
    const leftOut = this.#described.map(({ table: { name } }) => [name.name, this.#partsOf(name.name)] as const);
    return {
      leftOut: new Map(leftOut.filter(([, parts]) => parts.length > 0)),
      tables: this.#described.map(({ table }) => ({
        ...table,
        foreignKeys: table.foreignKeys.map((key, at) => ({
          ...key,
          orphans: key.orphans + (this.#counts.get(countKey(table, at)) ?? 0),
        })),
      })),
      obstacles: this.#obstacles,
    };
  }

  #partsOf(table: string): readonly LeftOut[] {
    const orphans = this.#orphans.get(table) ?? new BigInt64Array();
    const followers = BigInt64Array.from(this.#followers.get(table) ?? []).sort();
    return [
      { rowids: orphans, reason: "it refers to a row that does not exist" },
      { rowids: followers, reason: "it refers to a row that is left out" },
    ].filter(({ rowids }) => rowids.length > 0);
  }
}

function countKey({ name }: SourceTable, at: number): string {
  return `${at} ${name.name}`;
}

/** Rows without a number cannot be left out. */
function unnamed({ name }: SourceTable, key: SourceForeignKey | undefined, count: number): Obstacle {
  const what = `${formatNumberOf("row", count)} referring to rows of ${key?.references.table.name} that are left out`;
  return { code: "COPY.UNFIT", table: name, column: null, what, flag: "--orphans not-valid" };
}
