import type { BeyondLimit, LimitedColumn } from "../../copy-limit-model.js";
import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";
import { isWithinDigits, isWithinSize } from "./number-scan.js";

export interface LimitScan {
  readonly table: string;
  /** What tells a row from others. */
  readonly key: readonly string[];
  readonly limits: readonly LimitedColumn[];
}

/** SQLite allows 2000 result columns. */
const LIMITS_PER_QUERY = 1000;

/** For each limit the rows that it does not take; null where it takes all. Long work. */
export function scanLimits(connection: Connection, scan: LimitScan): readonly (BeyondLimit | null)[] {
  const { table, key, limits } = scan;
  const from = `FROM ${quoteIdent(table)}`;
  const at = key.map((name) => `${quoteText(`${name} = `)} || ${quoteIdent(name)}`).join(` || ', ' || `);
  const conditions = limits.map(isBeyond);
  const counts: number[] = [];
  for (let start = 0; start < conditions.length; start += LIMITS_PER_QUERY) {
    const some = conditions.slice(start, start + LIMITS_PER_QUERY).map((each) => `count(*) FILTER (WHERE ${each})`);
    const row = connection.db
      .prepare<unknown[], readonly unknown[]>(`SELECT ${some.join(", ")} ${from}`)
      .raw()
      .get();
    counts.push(...(row ?? []).map(Number));
  }
  return conditions.map((condition, index) => {
    const rows = counts[index] ?? 0;
    return rows === 0 ? null : { rows, at: connection.text(`SELECT ${at} ${from} WHERE ${condition} LIMIT 1`) };
  });
}

function isBeyond({ column, limit }: LimitedColumn): string {
  const cell = quoteIdent(column);
  switch (limit.kind) {
    case "filled":
      return `${cell} IS NULL`;
    case "range": {
      const least = -(2n ** BigInt(limit.bits - 1));
      return `typeof(${cell}) = 'integer' AND ${cell} NOT BETWEEN ${least} AND ${-least - 1n}`;
    }
    case "characters":
      return `typeof(${cell}) = 'text' AND length(${cell}) > ${limit.most}`;
    case "digits":
      return `NOT CASE typeof(${cell}) WHEN 'real' THEN ${isWithinDigits(cell, limit)} WHEN 'integer' THEN ${isWithinSize(cell, limit)} ELSE 1 END`;
    case "words":
      return `typeof(${cell}) = 'text' AND ${cell} COLLATE BINARY NOT IN (${limit.values.map((value) => quoteText(value)).join(", ")})`;
  }
}
