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
  const [one = "", other = ""] = comparable(pair([left, right], writing), isOrder, writing);
  return truth(`(${one} ${operator} ${other})`, writing);
}

/** Writes `operand IN (…)`. */
export function writeIn({ operand, list, isNegated }: Of<"in">, writing: SqlWriting): SqlTerm {
  const [one = "", ...others] = comparable(pair([operand, ...list], writing), false, writing);
  return truth(`(${one} ${isNegated ? "NOT IN" : "IN"} (${others.join(", ")}))`, writing);
}

/** Writes `operand BETWEEN low AND high`. */
export function writeBetween({ operand, low, high, isNegated }: Of<"between">, writing: SqlWriting): SqlTerm {
  const [one = "", least = "", most = ""] = comparable(pair([operand, low, high], writing), true, writing);
  return truth(`(${one} ${isNegated ? "NOT BETWEEN" : "BETWEEN"} ${least} AND ${most})`, writing);
}

/** What is compared, each in the form in which both engines come to one answer. */
export function comparable(paired: Paired, isOrder: boolean, { spelling }: SqlWriting): readonly string[] {
  const { host, terms, literals } = paired;
  if (INCOMPARABLE.includes(host.kind))
    throw new Untranslatable(`values of kind ${host.domain} are compared otherwise`);
  if (isOrder && UNORDERED.includes(host.kind))
    throw new Untranslatable(`values of kind ${host.kind} are ordered otherwise`);
  const sqls = terms.map(({ sql }) => sql);
  if (NUMBERS.includes(host.kind)) return terms.map(({ sql, term }) => measured(sql, term ?? null, literals));
  if (host.kind !== "text") return sqls;
  const order = textOrderOf(terms.flatMap(({ term }) => term ?? []));
  if (order === "asciiCase") return inOrder(sqls.map(spelling.withoutCase), isOrder ? spelling.byBytes : null);
  if (order === "language" && isOrder) throw new Untranslatable("texts are ordered by the rules of a language");
  return inOrder(sqls, isOrder ? spelling.byBytes : null);
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
