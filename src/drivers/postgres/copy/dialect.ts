import type { SqlDialect } from "../../../lib/core/sql-dialect.js";
import type { SqlExpression } from "../../../lib/core/sql-expression.js";
import { Untranslatable } from "../../../lib/core/untranslatable.js";
import { readCast } from "./read-cast.js";
import { clockOf, nowInUtc, reshapedNow } from "./read-now.js";

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE */
const POWERS = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  equals: 5,
  relates: 5,
  in: 6,
  concat: 7,
  add: 8,
  multiply: 9,
  zone: 10,
  collate: 11,
  negative: 12,
  cast: 13,
} as const;

/** What is called otherwise elsewhere. */
const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    char_length: "length",
    character_length: "length",
    btrim: "trim",
    substring: "substr",
    strpos: "instr",
    position: "instr",
  }),
);
const KNOWN: ReadonlySet<string> = new Set([
  ...["lower", "upper", "length", "octet_length", "trim", "ltrim", "rtrim", "substr", "replace", "instr"],
  ...["abs", "coalesce", "nullif"],
  ...["count", "sum", "min", "max", "avg"],
]);
/** What follows the rules of a language when it is given a text. */
const LINGUISTIC: ReadonlySet<string> = new Set(["lower", "upper", "min", "max"]);
const BYTEWISE: readonly string[] = ["C", "POSIX", "ucs_basic"];

/** PostgreSQL's words. Texts are ordered by `textOrder` where the expression does not say otherwise. */
export function postgresDialect(textOrder: "bytes" | "language"): SqlDialect {
  const ordered = (operand: SqlExpression): SqlExpression =>
    textOrder === "bytes" || operand.kind === "collate" ? operand : { kind: "collate", operand, by: "language" };
  return {
    nameQuotes: { '"': '"' },
    hasTypedStrings: true,
    takesTextsAsNames: false,
    hasByteStrings: false,
    foldsNames: true,
    powers: POWERS,
    nullsAscending: "last",
    word: wordValue,
    quoted: (name) => ({ kind: "column", name, table: null }),
    call: (name, given, isDistinct) => {
      const now = clockOf(name, given) ?? reshapedNow(name, given);
      if (now !== null) return now;
      const same = SAME.get(name) ?? name;
      if (!KNOWN.has(same)) throw new Untranslatable(`the function ${name}() has no counterpart`);
      return { kind: "call", name: same, arguments: LINGUISTIC.has(same) ? given.map(ordered) : given, isDistinct };
    },
    cast: readCast,
    collate: (operand, collation) => {
      if (BYTEWISE.includes(collation)) return { kind: "collate", operand, by: "bytes" };
      if (collation === "default") return operand;
      throw new Untranslatable(`COLLATE "${collation}" has no counterpart`);
    },
    ordered,
    atTimeZone: nowInUtc,
  };
}

function wordValue(word: string): SqlExpression | null {
  if (word === "TRUE" || word === "FALSE")
    return { kind: "literal", value: { kind: "boolean", value: word === "TRUE" } };
  if (/^(?:CURRENT|LOCAL)/.test(word)) return clockOf(word.toLowerCase(), []);
  return null;
}
