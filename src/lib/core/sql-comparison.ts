import type { SqlExpression, TextOrder } from "./sql-expression.js";
import { type Paired, pair } from "./sql-pairing.js";
import { plainTerm } from "./sql-plain-term.js";
import type { SqlTerm } from "./sql-term.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

const UNORDERED: readonly string[] = ["boolean", "label"];
const INCOMPARABLE: readonly string[] = ["json", "other"];
const NUMBERS: readonly string[] = ["integer", "double", "single", "numeric"];

type Of<Kind extends SqlExpression["kind"]> = Extract<SqlExpression, { readonly kind: Kind }>;

/** Writes `left < right` and the like. */
export function writeCompare({ operator, left, right }: Of<"compare">, writing: SqlWriting): SqlTerm {
  const isOrder = operator !== "=" && operator !== "<>";
  const paired = pair([left, right], writing);
  const [one = "", other = ""] = comparable(paired, writing, { isOrder, textOrder: orderAmong(paired) });
  return truth(`(${one} ${operator} ${other})`, writing);
}

/** Writes `operand IN (…)`: its own order counts, not that of what is in the list. */
export function writeIn({ operand, list, isNegated }: Of<"in">, writing: SqlWriting): SqlTerm {
  const paired = pair([operand, ...list], writing);
  const order = textOrderOf(paired.terms.slice(0, 1).flatMap(({ term }) => term ?? []));
  const [one = "", ...others] = comparable(paired, writing, { isOrder: false, textOrder: order });
  return truth(`(${one} ${isNegated ? "NOT IN" : "IN"} (${others.join(", ")}))`, writing);
}

/** Writes `operand BETWEEN low AND high` as two comparisons, each of which may be of another order. */
export function writeBetween({ operand, low, high, isNegated }: Of<"between">, writing: SqlWriting): SqlTerm {
  const from = writeCompare({ kind: "compare", operator: ">=", left: operand, right: low }, writing);
  const to = writeCompare({ kind: "compare", operator: "<=", left: operand, right: high }, writing);
  const both = `(${from.sql} AND ${to.sql})`;
  return truth(isNegated ? `(NOT ${both})` : both, writing);
}

/** Whether it matters which is less, and what order of texts counts. */
export interface Comparison {
  readonly isOrder: boolean;
  readonly textOrder: TextOrder;
}

/** What is compared, each in the form in which both engines come to one answer. */
export function comparable(
  { host, terms, literals }: Paired,
  { spelling }: SqlWriting,
  { isOrder, textOrder }: Comparison,
): readonly string[] {
  if (INCOMPARABLE.includes(host.kind))
    throw new Untranslatable(`values of kind ${host.domain} are compared otherwise`);
  if (isOrder && UNORDERED.includes(host.kind))
    throw new Untranslatable(`values of kind ${host.kind} are ordered otherwise`);
  const sqls = terms.map(({ sql }) => sql);
  if (NUMBERS.includes(host.kind)) return terms.map(({ sql, term }) => measured(sql, term ?? null, literals));
  if (host.kind !== "text") return sqls;
  if (textOrder === "asciiCase") return inOrder(sqls.map(spelling.withoutCase), isOrder ? spelling.byBytes : null);
  if (textOrder === "language" && isOrder) throw new Untranslatable("texts are ordered by the rules of a language");
  return inOrder(sqls, isOrder ? spelling.byBytes : null);
}

/** The order that counts where all operands have a say. */
export function orderAmong({ terms }: Paired): TextOrder {
  return textOrderOf(terms.flatMap(({ term }) => term ?? []));
}

/** What is said counts before what columns say, and what stands left before the rest. */
export function textOrderOf(terms: readonly SqlTerm[]): TextOrder {
  const said = terms.find(({ isOrderSaid }) => isOrderSaid) ?? terms.find(({ order }) => order !== null);
  return said?.order ?? "bytes";
}

function inOrder(
  [first = "", ...others]: readonly string[],
  byBytes: ((sql: string) => string) | null,
): readonly string[] {
  return [byBytes === null ? first : byBytes(first), ...others];
}

function measured(sql: string, term: SqlTerm | null, literals: Paired["literals"]): string {
  const form = term === null || term.kind === "boolean" ? sql : term.measured(sql, literals);
  if (form === null) throw new Untranslatable("decimals of that many digits are compared otherwise");
  return form;
}

function truth(sql: string, { spelling }: SqlWriting): SqlTerm {
  return plainTerm("boolean", sql, spelling);
}
