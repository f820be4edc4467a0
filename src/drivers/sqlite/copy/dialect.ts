import type { SqlDialect } from "../../../lib/core/sql-dialect.js";
import type { SqlExpression } from "../../../lib/core/sql-expression.js";
import { Untranslatable } from "../../../lib/core/untranslatable.js";
import { NOW_FUNCTIONS, NOW_WORDS, nowOf } from "./now-forms.js";

/** https://www.sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes */
const POWERS = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  equals: 4,
  in: 4,
  relates: 5,
  add: 7,
  multiply: 8,
  concat: 9,
  collate: 10,
  negative: 11,
  // There are no such operators.
  zone: -1,
  cast: -1,
} as const;

/** What is called otherwise elsewhere. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["ifnull", "coalesce"],
  ["substring", "substr"],
]);
const KNOWN: ReadonlySet<string> = new Set([
  ...["lower", "upper", "length", "octet_length", "trim", "ltrim", "rtrim", "substr", "replace", "instr"],
  ...["abs", "coalesce", "nullif", "json_valid"],
  ...["count", "sum", "min", "max", "avg", "total"],
]);
const COLLATIONS: Readonly<Record<string, "bytes" | "asciiCase">> = { BINARY: "bytes", NOCASE: "asciiCase" };

/** SQLite's words. A name in double quotes that is no column is a text: https://www.sqlite.org/quirks.html#dblquote */
export function sqliteDialect(isColumn: (name: string) => boolean): SqlDialect {
  return {
    nameQuotes: { '"': '"', "`": "`", "[": "]" },
    hasTypedStrings: false,
    takesTextsAsNames: true,
    hasByteStrings: true,
    foldsNames: false,
    powers: POWERS,
    nullsAscending: "first",
    word: (word) => (isColumn(word) ? null : wordValue(word)),
    quoted: (name, quote) =>
      quote !== '"' || isColumn(name)
        ? { kind: "column", name, table: null }
        : { kind: "literal", value: { kind: "text", text: name } },
    call,
    cast,
    collate: (operand, collation) => {
      const by = COLLATIONS[collation.toUpperCase()];
      if (by === undefined) throw new Untranslatable(`COLLATE ${collation} has no counterpart`);
      return { kind: "collate", operand, by };
    },
    ordered: (operand) => operand,
    atTimeZone: () => {
      throw new Untranslatable("AT TIME ZONE has no counterpart");
    },
  };
}

function wordValue(word: string): SqlExpression | null {
  const form = NOW_WORDS[word];
  if (form !== undefined) return { kind: "now", form };
  if (word !== "TRUE" && word !== "FALSE") return null;
  return { kind: "literal", value: { kind: "boolean", value: word === "TRUE" } };
}

function call(name: string, given: readonly SqlExpression[], isDistinct: boolean): SqlExpression {
  if (NOW_FUNCTIONS.has(name)) return nowOf(name, given);
  const [first, second, third] = given;
  if ((name === "iif" || name === "if") && first !== undefined && second !== undefined) {
    return { kind: "case", operand: null, branches: [{ when: first, result: second }], otherwise: third ?? null };
  }
  if (name === "likely" || name === "unlikely") return first ?? { kind: "literal", value: { kind: "null" } };
  if ((name === "min" || name === "max") && given.length > 1)
    throw new Untranslatable(`${name}() of several values has no counterpart`);
  const same = SAME.get(name) ?? name;
  if (!KNOWN.has(same)) throw new Untranslatable(`the function ${name}() has no counterpart`);
  return { kind: "call", name: same, arguments: given, isDistinct };
}

/** https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
function cast(operand: SqlExpression, type: string): SqlExpression {
  if (/int/i.test(type)) return asInteger(operand);
  if (/char|clob|text/i.test(type)) return { kind: "cast", operand, type: "text" };
  if (/real|floa|doub/i.test(type)) return { kind: "cast", operand, type: "double" };
  throw new Untranslatable(`CAST to ${type} has no counterpart`);
}

function asInteger(operand: SqlExpression): SqlExpression {
  if (operand.kind === "now" && operand.form.kind === "epoch")
    return { kind: "now", form: { kind: "epoch", unit: "s", isText: false } };
  return { kind: "cast", operand, type: "integer" };
}
