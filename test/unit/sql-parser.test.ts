import { describe, expect, test } from "vitest";
import { parseExpression as parsePostgres } from "#dbops/drivers/postgres/copy/parse-expression.js";
import { parseSelect as parsePostgresSelect } from "#dbops/drivers/postgres/copy/parse-select.js";
import { parseExpression as parseSqlite } from "#dbops/drivers/sqlite/copy/parse-expression.js";
import { parseSelect as parseSqliteSelect } from "#dbops/drivers/sqlite/copy/parse-select.js";
import type { Parsed, SqlExpression } from "#dbops/lib/core/sql-expression.js";

const COLUMNS = ["a", "b", "c d", "true"];

/** The tree in few words: columns as names, literals as they are, all else in parentheses. */
function brief(expression: SqlExpression): string {
  switch (expression.kind) {
    case "column":
      return expression.table === null ? expression.name : `${expression.table}.${expression.name}`;
    case "literal":
      return "text" in expression.value
        ? `${expression.value.kind}:${expression.value.text}`
        : JSON.stringify(expression.value);
    case "compare":
    case "logic":
    case "arithmetic":
      return `(${brief(expression.left)} ${expression.operator} ${brief(expression.right)})`;
    case "concat":
      return `(${brief(expression.left)} || ${brief(expression.right)})`;
    case "not":
      return `(not ${brief(expression.operand)})`;
    case "negative":
      return `(- ${brief(expression.operand)})`;
    case "isNull":
      return `(${brief(expression.operand)} ${expression.isNegated ? "is not null" : "is null"})`;
    case "in":
      return `(${brief(expression.operand)} ${expression.isNegated ? "not in" : "in"} ${expression.list.map(brief).join(",")})`;
    case "collate":
      return `(${brief(expression.operand)} by ${expression.by})`;
    case "cast":
      return `(${brief(expression.operand)} as ${expression.type})`;
    case "call":
      return `${expression.name}(${expression.arguments.map(brief).join(",")})`;
    default:
      return expression.kind;
  }
}

function told(parsed: Parsed<SqlExpression>): string {
  return parsed.isParsed ? brief(parsed.value) : `refused: ${parsed.reason}`;
}

describe("SQLite's words", () => {
  test.each([
    ["a + b * 2", "(a + (b * integer:2))"],
    ["a * b || 2", "(a * (b || integer:2))"],
    ["a = b IS NULL", "((a = b) is null)"],
    ["a < b = 1", "((a < b) = integer:1)"],
    ["NOT a = b AND b", "((not (a = b)) and b)"],
    ["a OR b AND NOT a", "(a or (b and (not a)))"],
    ["- a || b", "((- a) || b)"],
    ["a - -5", "(a - integer:-5)"],
    ["-9223372036854775808", "integer:-9223372036854775808"],
    ["0xFFFFFFFFFFFFFFFF", "integer:-1"],
    [".5 + 5. + 1e3", "((decimal:.5 + decimal:5.) + decimal:1e3)"],
    ["[c d] = `a`", "(c d = a)"],
    ['"a" = "x""y"', '(a = text:x"y)'],
    ["'it''s'", "text:it's"],
    ["X'00FF'", '{"kind":"bytes","hex":"00ff"}'],
    ["true", "true"],
    ["FALSE", '{"kind":"boolean","value":false}'],
    ["a /* = b */ -- more\n = 1", "(a = integer:1)"],
    ["a ISNULL OR b NOTNULL OR a NOT NULL", "(((a is null) or (b is not null)) or (a is not null))"],
    ["a NOT IN (1, -2)", "(a not in integer:1,integer:-2)"],
    ["ifnull(a, b)", "coalesce(a,b)"],
    ["t.a == main.t.b", "(t.a = t.b)"],
    ["a COLLATE nocase < b", "((a by asciiCase) < b)"],
    ["CAST(a AS VARCHAR(10))", "(a as text)"],
    ["a ->> 1", 'refused: "->>" has no counterpart'],
    ["a IN (SELECT b FROM t)", "refused: a subquery has no counterpart"],
    ["(a, b) = (1, 2)", 'refused: "," has no counterpart'],
    ["a NOT LIKE 'x'", "refused: LIKE has rules of its own in each engine"],
    ["CASE a WHEN 1 THEN 2", "refused: it ends too early"],
    ["'open", "refused: a quote is never closed"],
    ['"open', 'refused: " is never closed'],
    ["a b", 'refused: "b" has no counterpart'],
    ["", "refused: it ends too early"],
    ["?1 = a", 'refused: "?" has no counterpart'],
    ["constructor(a)", "refused: the function constructor() has no counterpart"],
  ])("%s", (sql, tree) => {
    expect(told(parseSqlite(sql, COLUMNS))).toBe(tree);
  });

  test("what is in double quotes and no column is a text, and so is a lone name as a default", () => {
    expect(told(parseSqlite('"a"', []))).toBe("text:a");
    expect(told(parseSqlite("pending", []))).toBe("text:pending");
    expect(told(parseSqlite("pending", COLUMNS))).toBe("pending");
  });
});

describe("PostgreSQL's words", () => {
  test.each([
    ["a * b || 2", "((a * b) || integer:2)"],
    ['(NOT (A = "A"))', "(not (a = A))"],
    ["- a::integer", "(- (a as integer))"],
    ["a < b", "((a by language) < b)"],
    ['(a < (b COLLATE "C"))', "(a < (b by bytes))"],
    ["'-1'::integer", "integer:-1"],
    ["'1.50'::numeric(10,2)", "(text:1.50 as numeric(10,2))"],
    ["'abc'::character varying(2)", "(text:abc as character varying(2))"],
    ["'t'::boolean", '{"kind":"boolean","value":true}'],
    ["'\\x00FF'::bytea", '{"kind":"bytes","hex":"00ff"}'],
    ["NULL::text", '{"kind":"null"}'],
    ["E'a\\tb\\\\''c'", "text:a\tb\\'c"],
    ["$x$it's$x$", "text:it's"],
    ['\'a\'::"Sch"."Mood"', "(text:a as Sch.Mood)"],
    ["date '2024-01-01'", "(text:2024-01-01 as date)"],
    ["a = ANY (ARRAY[1, 2])", "(a in integer:1,integer:2)"],
    ["a = ANY ('{x,\"y z\",NULL}'::text[])", '(a in text:x,text:y z,{"kind":"null"})'],
    ["a <> ALL (ARRAY['x'::text])", "(a not in text:x)"],
    ["a > ALL (ARRAY[1])", "refused: > ALL has no counterpart"],
    ["a > ANY (SELECT 1)", "refused: > ANY has no counterpart"],
    ['pg_catalog.lower(a COLLATE "C")', "lower((a by bytes))"],
    ["app.lower(a)", "refused: the function app.lower() has no counterpart"],
    ["a ~~ 'x'", "refused: LIKE has rules of its own in each engine"],
    ["a !~ 'x'", 'refused: "!~" has no counterpart'],
    ["a && b", 'refused: "&" has no counterpart'],
    ["(a).b = 1", 'refused: "." has no counterpart'],
    ["a[1] = 1", 'refused: "[" has no counterpart'],
    ["CHECK ((a > 0)) NO INHERIT NOT VALID", "((a by language) > integer:0)"],
    ["toString(a)", "refused: the function tostring() has no counterpart"],
  ])("%s", (sql, tree) => {
    expect(told(parsePostgres(sql))).toBe(tree);
  });

  test("texts of a database that orders by bytes need no word about it", () => {
    expect(told(parsePostgres("a < b AND lower(a) = b", "bytes"))).toBe("((a < b) and (lower(a) = b))");
  });
});

test("whatever is given, there is a tree or a reason", () => {
  const pieces = [
    "a",
    "'x'",
    '"',
    "'",
    "(",
    ")",
    ",",
    "::",
    "NOT",
    "IN",
    "IS",
    "NULL",
    "CASE",
    "WHEN",
    "SELECT",
    "FROM",
    "JOIN",
  ];
  const more = [
    "=",
    "<",
    "||",
    "-",
    "+",
    "E'\\u0041'",
    "x'0'",
    "$$",
    "/*",
    "--",
    "[",
    "]",
    "ANY",
    "ARRAY",
    "BETWEEN",
    "AND",
    "CAST",
    "AS",
    ".",
    "*",
    "1e",
    "\u0000",
    "é",
  ];
  const all = [...pieces, ...more];
  let state = 5;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let round = 0; round < 5_000; round += 1) {
    const sql = Array.from({ length: 1 + below(9) }, () => all[below(all.length)]).join(" ");
    for (const parsed of [
      parseSqlite(sql, COLUMNS),
      parsePostgres(sql),
      parseSqliteSelect(sql, () => ["a"]),
      parsePostgresSelect(sql),
    ]) {
      if (!parsed.isParsed) expect(parsed.reason, sql).not.toBe("");
    }
  }
});

test.each(["(".repeat(100_000), `${"NOT ".repeat(100_000)}a`, `a${" + a".repeat(100_000)}`])(
  "what is nested by the thousand is refused, or read",
  (sql) => {
    const parsed = parseSqlite(sql, COLUMNS);
    expect(parsed.isParsed || parsed.reason === "it is nested too deeply").toBe(true);
  },
);
