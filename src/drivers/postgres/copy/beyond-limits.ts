import type { BeyondLimit, LimitedColumn } from "../../copy-limit-model.js";
import type { SourceTable } from "../../copy-source-model.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";
import type { Session, SqlRow } from "../session.js";
import { readRelation } from "./read-relation.js";

/** A SELECT has at most 1664 columns. */
const LIMITS_PER_QUERY = 1000;

/** For each limit the rows that it does not take; null where it takes all. */
export async function beyondLimits(
  session: Session,
  { name, rowKey }: Pick<SourceTable, "name" | "rowKey">,
  limits: readonly LimitedColumn[],
): Promise<readonly (BeyondLimit | null)[]> {
  const { from } = await readRelation(session, name);
  const key = rowKey.kind === "columns" ? rowKey.columns : ["ctid"];
  const at = key.map((column) => `${quoteLiteral(`${column} = `)} || ${quoteIdent(column)}::text`).join(`, `);
  const found: (BeyondLimit | null)[] = [];
  for (let start = 0; start < limits.length; start += LIMITS_PER_QUERY) {
    const some = limits.slice(start, start + LIMITS_PER_QUERY).map(isBeyond);
    const counts = some.map((condition, index) => `count(*) FILTER (WHERE ${condition}) AS c${index}`);
    const row = await session.one<SqlRow>(`SELECT ${counts.join(", ")} FROM ${from}`);
    for (const [index, condition] of some.entries()) {
      const rows = Number(row[`c${index}`]);
      const sql = `SELECT concat_ws(', ', ${at}) AS at FROM ${from} WHERE ${condition} LIMIT 1`;
      found.push(rows === 0 ? null : { rows, at: (await session.one<{ at: string }>(sql)).at });
    }
  }
  return found;
}

function isBeyond({ column, limit }: LimitedColumn): string {
  const cell = quoteIdent(column);
  switch (limit.kind) {
    case "filled":
      return `${cell} IS NULL`;
    case "range":
      return `${cell} NOT BETWEEN -(2::int8 ^ ${limit.bits - 1})::int8 AND (2::int8 ^ ${limit.bits - 1})::int8 - 1`;
    case "characters":
      return `char_length(${cell}::text) > ${limit.most}`;
    case "digits":
      // NaN is above all numbers, and every numeric takes it.
      return `${cell}::text <> 'NaN' AND (round(${cell}, ${limit.scale}) <> ${cell} OR abs(${cell}) >= 1e${limit.precision - limit.scale})`;
    case "words":
      return `${cell}::text NOT IN (${limit.values.map(quoteLiteral).join(", ")})`;
  }
}
