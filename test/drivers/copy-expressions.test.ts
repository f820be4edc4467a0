import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { ExpressionScope, ScopeColumn } from "#dbops/drivers/copy-target-model.js";
import { express } from "#dbops/drivers/postgres/copy/express.js";
import { parseSelect } from "#dbops/drivers/postgres/copy/parse-select.js";
import { affinityOf } from "#dbops/drivers/sqlite/affinity.js";
import { express as expressBack } from "#dbops/drivers/sqlite/copy/express.js";
import { parseDefault } from "#dbops/drivers/sqlite/copy/parse-default.js";
import { parseExpression } from "#dbops/drivers/sqlite/copy/parse-expression.js";
import { type AsyncEvaluator, postgresEvaluator, scopeColumn, sqliteEvaluator } from "../support/expression-world.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { randomConditions, randomValues } from "../support/random-expressions.js";

const SHAPE = { separator: " ", hasSeconds: true, fractionDigits: 0, zone: "", assumedZone: null } as const;
const COLUMNS: readonly ScopeColumn[] = [
  scopeColumn("id", { kind: "integer", bits: 64 }),
  scopeColumn("i", { kind: "integer", bits: 64 }),
  scopeColumn("k", { kind: "integer", bits: 64 }),
  scopeColumn("j", { kind: "integer", bits: 16 }),
  scopeColumn("r", { kind: "double" }),
  scopeColumn("s", { kind: "text" }),
  scopeColumn("n", { kind: "text" }, { ignoresCase: true }),
  scopeColumn("f", { kind: "boolean" }, { sourceStored: { as: "value" } }),
  scopeColumn("y", { kind: "boolean" }, { sourceStored: { as: "words" } }),
  scopeColumn("b", { kind: "bytes" }),
  scopeColumn("d", { kind: "timestamp" }, { sourceStored: { as: "moment", shape: SHAPE } }),
  scopeColumn("d2", { kind: "timestamp" }, { sourceStored: { as: "moment", shape: SHAPE } }),
  scopeColumn("e", { kind: "timestamp" }, { sourceStored: { as: "epoch", unit: "s" } }),
  scopeColumn("p", { kind: "numeric", precision: null, scale: null }),
  scopeColumn("o", { kind: "jsonb" }),
];
const NAMES = COLUMNS.map(({ name }) => name);
const SCOPE: ExpressionScope = {
  column: (name) => COLUMNS.find((column) => column.name === name.toLowerCase()) ?? null,
  relation: (name) => name,
};

/** The same columns on the way back, where case counts again. */
const BACK: ExpressionScope = {
  column: (name) => {
    const column = SCOPE.column(name, null);
    return column === null ? null : { ...column, stored: { as: "value" }, sourceStored: null, ignoresCase: false };
  },
  relation: (name) => name,
};

/** Each as both engines write it; moments in both kinds. */
const ROWS: readonly (readonly [sqlite: string, postgres: string])[] = [
  values(
    1,
    "NULL",
    "NULL",
    "NULL",
    "NULL",
    "NULL",
    "NULL",
    ["NULL", "NULL"],
    ["NULL", "NULL"],
    "NULL",
    "NULL",
    "NULL",
    "NULL",
    "NULL",
  ),
  values(
    2,
    "0",
    "0",
    "0",
    "0.0",
    "''",
    "''",
    ["0", "false"],
    ["x''", "'\\x'"],
    "'1970-01-01 00:00:00'",
    "'1970-01-01 00:00:00'",
    "0",
    "0",
    "'{}'",
  ),
  values(
    3,
    "1",
    "9223372036854775807",
    "32767",
    "1.5",
    "'abc'",
    "'ABC'",
    ["1", "true"],
    ["x'00ff'", "'\\x00ff'"],
    "'2024-02-29 12:30:00'",
    "'2024-02-29 12:30:01'",
    "1709210096",
    "9.99",
    "'[1]'",
  ),
  values(
    4,
    "-7",
    "-9223372036854775808",
    "-32768",
    "-2.25",
    "'Äpfel straße'",
    "'äPFEL'",
    ["1", "true"],
    ["x'616263'", "'\\x616263'"],
    "'1999-12-31 23:59:59'",
    "'1999-01-01 00:00:00'",
    "-1",
    "-0.01",
    "'null'",
  ),
  values(
    5,
    "5",
    "9007199254740993",
    "2",
    "1e30",
    "'  padded '",
    "'x'",
    ["0", "false"],
    ["x'ff'", "'\\xff'"],
    "'2024-02-29 12:30:00'",
    "'2024-02-29 12:30:00'",
    "1700000000",
    "100",
    "'{\"a\":1}'",
  ),
  values(
    6,
    "1000",
    "42",
    "100",
    "0.1",
    "'a''b\\c'",
    "'😀 Zz'",
    ["NULL", "NULL"],
    ["NULL", "NULL"],
    "NULL",
    "'2030-05-05 05:05:05'",
    "1",
    "1234.5",
    "NULL",
  ),
  values(
    7,
    "2",
    "-1",
    "-1",
    "3.0",
    "'Z'",
    "'abc'",
    ["1", "true"],
    ["x'00'", "'\\x00'"],
    "'0001-01-01 00:00:00'",
    "NULL",
    "2000000000",
    "0.1",
    "'\"t\"'",
  ),
];

type Both = readonly [sqlite: string, postgres: string];

function values(...cells: readonly (string | number | Both)[]): Both {
  const row = (side: 0 | 1): string =>
    cells.map((cell) => (Array.isArray(cell) ? cell[side] : String(cell))).join(", ");
  const seconds = String(cells[11]);
  const moment = seconds === "NULL" ? "NULL" : `to_timestamp(${seconds}) at time zone 'utc'`;
  const postgres = cells.map((cell, index) =>
    index === 11 ? moment : Array.isArray(cell) ? String(cell[1]) : String(cell),
  );
  return [row(0), postgres.join(", ")];
}

const sqlite = sqliteEvaluator();
let database: FreshDatabase;
let postgres: AsyncEvaluator;

beforeAll(async () => {
  sqlite.run(
    `CREATE TABLE t (id INTEGER, i INTEGER, k INTEGER, j INTEGER, r REAL, s TEXT, n TEXT COLLATE NOCASE, f BOOLEAN, b BLOB,
      d DATETIME, d2 DATETIME, e DATETIME, p DECIMAL(10,2), o JSON);
     INSERT INTO t VALUES ${ROWS.map(([row]) => `(${row})`).join(", ")};
     ALTER TABLE t ADD y BOOLEAN; UPDATE t SET y = CASE f WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`,
  );
  database = await freshDatabase(inject("postgresUrl"));
  postgres = await postgresEvaluator(database.url);
  await postgres.run(
    `CREATE TABLE t (id bigint, i bigint, k bigint, j smallint, r float8, s text, n text, f boolean, b bytea,
      d timestamp, d2 timestamp, e timestamp, p numeric, o jsonb);
     INSERT INTO t VALUES ${ROWS.map(([, row]) => `(${row})`).join(", ")};
     ALTER TABLE t ADD y boolean; UPDATE t SET y = f`,
  );
});

afterAll(async () => {
  sqlite[Symbol.dispose]();
  await postgres[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function carried(sql: string): string {
  const parsed = parseExpression(sql, NAMES);
  if (!parsed.isParsed) return expect.fail(`${sql}: ${parsed.reason}`);
  const expressed = express(parsed.value, SCOPE, null);
  return expressed.isExpressed ? expressed.sql : expect.fail(`${sql}: ${expressed.reason}`);
}

function refusal(sql: string): string {
  const parsed = parseExpression(sql, NAMES);
  if (!parsed.isParsed) return parsed.reason;
  const expressed = express(parsed.value, SCOPE, null);
  return expressed.isExpressed ? expect.fail(`${sql} became ${expressed.sql}`) : expressed.reason;
}

/** Whether a NULL is a NULL and a truth a truth, for each row. */
async function expectSame(expressions: readonly string[]): Promise<void> {
  const written = expressions.map(carried);
  const expected = sqlite.evaluate("t", expressions);
  const actual = await postgres.evaluate("t", written);
  for (const [index, sql] of expressions.entries()) {
    expect(actual[index], `${sql}\n${written[index]}`).toEqual(expected[index]);
  }
}

describe("what means the same gives the same for every row", () => {
  test("truths that are kept as numbers", async () => {
    await expectSame([
      "f",
      "NOT NOT i",
      "1",
      "f = 1",
      "f IN (0, 1)",
      "f <> 0",
      "NOT f",
      "f AND i > 1",
      "f = TRUE",
      "f IS TRUE",
      "f IS NOT FALSE",
    ]);
    await expectSame(["f + 1", "(i > 1) + (s = 'abc')", "(i IS NULL) = (s IS NULL)", "(i > 1) = 1", "coalesce(f, 0)"]);
    await expectSame([
      "CASE WHEN f THEN 1 ELSE 0 END",
      "f = (i > 0)",
      "CASE f WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END",
      "i AND 1",
    ]);
  });

  test("a number alone is a condition", () => {
    expect(carried("i")).toBe('("i" <> 0)');
  });

  test("truths that are kept as words", async () => {
    await expectSame(["y = 'true'", "y IN ('true', 'false')", "y <> 'false'", "y IS NULL", "y = coalesce(y, 'true')"]);
  });

  test("numbers", async () => {
    await expectSame([
      "i + 1",
      "i * -2",
      "-i",
      "i / 2",
      "i % 3",
      "i / -2",
      "i % -3",
      "abs(i)",
      "j * j",
      "j + 32767",
      "-j",
    ]);
    await expectSame([
      "k > 9007199254740992",
      "k = 9007199254740993",
      "k < 0",
      "k BETWEEN -1 AND 42",
      "i > 1.5",
      "i <> 1.0",
    ]);
    await expectSame([
      "r * 2",
      "r / 2.0",
      "r + i",
      "r > 0",
      "r = 0.1",
      "i * 1.5",
      "r - 0.1",
      "abs(r)",
      "p > 9.98",
      "p IN (100, 0.1)",
    ]);
    await expectSame(["p * 3", "p + 0.2", "0x10 + i", "CAST(i AS REAL) / 2.0", "CAST(f AS INTEGER)"]);
  });

  test("texts", async () => {
    await expectSame([
      "s = 'abc'",
      "s < 'b'",
      "s >= 'Z'",
      "s BETWEEN 'A' AND 'b'",
      "s IN ('abc', NULL)",
      "s NOT IN ('abc', NULL)",
    ]);
    await expectSame([
      "length(s)",
      "upper(s)",
      "lower(s)",
      "trim(s)",
      "ltrim(s, ' p')",
      "rtrim(s)",
      "substr(s, 2)",
      "substr(s, 2, 3)",
    ]);
    await expectSame([
      "s || '!' || i",
      "replace(s, 'a', '')",
      "replace(s, '', 'x')",
      "instr(s, 'b')",
      "instr(s, '')",
      "octet_length(s)",
    ]);
    await expectSame([
      "coalesce(s, 'none')",
      "nullif(s, '')",
      "length(trim(s)) > 0",
      "CAST(i AS TEXT)",
      "CASE WHEN s = '' THEN NULL ELSE s END",
    ]);
  });

  test("texts whose case does not count", async () => {
    await expectSame([
      "n = 'abc'",
      "n = 'ÄPFEL'",
      "'ABC' = n",
      "n IN ('abc', 'X')",
      "n < 'abd'",
      "n BETWEEN 'a' AND 'b'",
      "n <> s",
      "s = n",
    ]);
    await expectSame([
      "s COLLATE NOCASE = 'ABC'",
      "n COLLATE BINARY = 'abc'",
      "s = 'ABC' COLLATE NOCASE",
      "lower(n) = 'abc'",
    ]);
  });

  test("bytes, moments and documents", async () => {
    await expectSame([
      "b = x'00ff'",
      "b > x'00'",
      "length(b)",
      "b IN (x'', x'ff')",
      "o IS NULL",
      "json_valid(o)",
      "json_valid(o) OR o IS NULL",
    ]);
    await expectSame([
      "d = '2024-02-29 12:30:00'",
      "d > '1999-12-31 23:59:59'",
      "d <= d2",
      "d IS NULL",
      "d BETWEEN '1970-01-01 00:00:00' AND '2024-12-31 00:00:00'",
    ]);
    await expectSame(["e > 1700000000", "e = -1", "e IN (0, 1)", "coalesce(d, d2) = d2"]);
  });

  test("precedence that differs between the engines", async () => {
    await expectSame([
      "i = 1 = 1",
      "i < 2 = 1",
      "NOT i = 1",
      "(i + 1) || 'x'",
      "- i + 2 * 3",
      "i = 1 OR i = 2 AND f",
      "1 < i IS NULL",
    ]);
    await expectSame([
      "i BETWEEN 1 AND 2 OR s = 'abc'",
      "NOT s IS NULL",
      "i IN (1, 2) = 1",
      "i NOT BETWEEN 1 AND 3 AND f",
    ]);
  });

  test.each([
    ["conditions", randomConditions(7, 600)],
    ["values", randomValues(11, 600)],
  ])("%s at random, and on the way back from what the catalog then says", async (_, expressions) => {
    const written = expressions.flatMap((sql) => {
      const parsed = parseExpression(sql, NAMES);
      if (!parsed.isParsed) return expect.fail(`${sql}: ${parsed.reason}`);
      const expressed = express(parsed.value, SCOPE, null);
      return expressed.isExpressed ? [{ sql, there: expressed.sql }] : [];
    });
    expect(written.length).toBeGreaterThan(expressions.length / 2);
    for (let from = 0; from < written.length; from += 50) await expectRoundTrip(written.slice(from, from + 50));
  });
});

async function expectRoundTrip(some: readonly { readonly sql: string; readonly there: string }[]): Promise<void> {
  const originals = some.map(({ sql }) => sql);
  const written = some.map(({ there }) => there);
  const expected = sqlite.evaluate("t", originals);
  const actual = await postgres.evaluate("t", written);
  const back = await writtenBack(written);
  const returned = back.filter((sql) => sql !== null);
  // Calculations with decimals alone may have been exact ones.
  expect(returned.length).toBeGreaterThan(some.length * 0.8);
  const again = sqlite.evaluate(
    "t",
    back.map((sql) => sql ?? "NULL"),
  );
  for (const [index, { sql, there }] of some.entries()) {
    expect(actual[index], `${sql}\n${there}`).toEqual(expected[index]);
    if (back[index] !== null) expect(again[index], `${sql}\n${there}\n${back[index]}`).toEqual(expected[index]);
  }
}

/** In SQLite's words again, from the text that PostgreSQL makes of a view. */
async function writtenBack(expressions: readonly string[]): Promise<readonly (string | null)[]> {
  await postgres.run(
    `CREATE VIEW v AS SELECT ${expressions.map((sql, index) => `${sql} AS c${index}`).join(", ")} FROM t`,
  );
  const [[text = null] = []] = await postgres.rows("SELECT pg_get_viewdef('v'::regclass)");
  await postgres.run("DROP VIEW v");
  const parsed = parseSelect(text?.slice(1, -1) ?? "", "language");
  if (!parsed.isParsed) return expect.fail(parsed.reason);
  return parsed.value.columns.map(({ expression }) => {
    const expressed = expressBack(expression, BACK, null);
    return expressed.isExpressed ? expressed.sql : null;
  });
}

test.each([
  ["s LIKE 'a%'", /LIKE/],
  ["s NOT GLOB 'a*'", /GLOB/],
  ["i IN (SELECT 1)", /subquery/],
  ["EXISTS (SELECT 1 FROM t)", /subquery/],
  ["random() > 0", /random\(\)/],
  ["typeof(i) = 'integer'", /typeof\(\)/],
  ["round(r, 2) = r", /round\(\)/],
  ["i / j", /by 0/],
  ["r / 2", /remainder/],
  ["r % 2", /integers/],
  ["s = 5.5", /kind text/],
  ["s = 5", /kind text/],
  ["i = '5'", /kind integer/],
  ["i = 'abc'", /kind integer/],
  ["i = s", /kind/],
  ["length(i) > 1", /length\(\)/],
  ["i IS 5", /IS between/],
  ["f = 2", /kind boolean/],
  ["f > 0", /kind boolean/],
  ["y", /truth/],
  ["NOT y OR i = 1", /truth/],
  ["y = 1", /kind label/],
  ["s || r", /spelled/],
  ["substr(s, -2)", /substr\(\)/],
  ["max(i, 1)", /max\(\)/],
  ["max(i)", /max\(\)/],
  ["d > '2024-02-29'", /2024-02-29/],
  ["d > '2024-02-30 00:00:00'", /2024-02-30/],
  ["d = e", /kind moment/],
  ["date(d) = '2024-02-29'", /date\(\)/],
  ["d < CURRENT_TIMESTAMP", /time of asking/],
  ["o = '{}'", /json/],
  ["k = 9223372036854775808", /9223372036854775808/],
  ["p = 0.12345678901234567", /0.12345678901234567/],
  ["nocolumn = 1", /no column nocolumn/],
  ["s COLLATE RTRIM = 'a'", /RTRIM/],
  ["i ->> '$.a'", /->>/],
  ["i & 1", /&/],
  ["i = 'open", /never closed/],
  ["i = ", /ends too early/],
])("%s is refused and says what is in the way", (sql, reason) => {
  expect(refusal(sql)).toMatch(reason);
});

describe("values that are generated from generated ones", () => {
  const generated = (name: string, type: ScopeColumn["type"], sql: string): ScopeColumn => {
    const parsed = parseExpression(sql, [...NAMES, "g1", "g2", "h"]);
    return parsed.isParsed ? { ...scopeColumn(name, type), generated: parsed.value } : expect.fail(parsed.reason);
  };
  const made = [
    generated("g1", { kind: "integer", bits: 64 }, "i + 1"),
    generated("g2", { kind: "integer", bits: 64 }, "g1 * 2"),
    generated("h", { kind: "double" }, "i"),
  ];
  const scope: ExpressionScope = {
    ...SCOPE,
    column: (name, table) => made.find((column) => column.name === name) ?? SCOPE.column(name, table),
  };
  const wanted = scopeColumn("c", { kind: "integer", bits: 64 });

  test("read what those are made of", async () => {
    const parsed = parseExpression("g2 - 1", ["g2"]);
    const expressed = parsed.isParsed ? express(parsed.value, scope, wanted) : parsed;
    if (!("sql" in expressed)) return expect.fail(expressed.reason);
    await postgres.run(`CREATE TABLE gen (id int, i bigint, c bigint GENERATED ALWAYS AS (${expressed.sql}) STORED)`);
    await postgres.run("INSERT INTO gen (id, i) VALUES (1, 5), (2, NULL)");
    expect(await postgres.evaluate("gen", ["c"])).toEqual([["11", null]]);
  });

  test("can be made of a literal's letters", async () => {
    const parsed = parseExpression("lower('XÄ') || s || upper('xä')", NAMES);
    const expressed = parsed.isParsed ? express(parsed.value, scope, scopeColumn("c", { kind: "text" })) : parsed;
    if (!("sql" in expressed)) return expect.fail(expressed.reason);
    await postgres.run(`CREATE TABLE letters (id int, s text, c text GENERATED ALWAYS AS (${expressed.sql}) STORED)`);
    await postgres.run("INSERT INTO letters (id, s) VALUES (1, 'm')");
    expect(await postgres.evaluate("letters", ["c"])).toEqual([["'xÄmXä'"]]);
  });

  test("are refused where the column turns what it is made of into something else", () => {
    const parsed = parseExpression("h > 1", ["h"]);
    expect(parsed.isParsed && express(parsed.value, scope, wanted)).toMatchObject({
      reason: expect.stringMatching(/h, which/),
    });
    expect(parsed.isParsed && express(parsed.value, scope, null)).toMatchObject({ sql: '("h" > 1)' });
  });
});

describe("defaults", () => {
  /** As they stand in a CREATE TABLE, the type of their column there and here. */
  const DEFAULTS: readonly (readonly [declared: string, form: string, native: string, column: ScopeColumn])[] = [
    ["INTEGER", "-1", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["INTEGER", "(1+1)", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["INTEGER", "'5'", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["INTEGER", "0x1F", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["REAL", "1.5e3", "float8", scopeColumn("c", { kind: "double" })],
    ["REAL", "0", "float8", scopeColumn("c", { kind: "double" })],
    ["DECIMAL(5,2)", "9.99", "numeric", scopeColumn("c", { kind: "numeric", precision: null, scale: null })],
    ["DECIMAL(5,2)", "'1.50'", "numeric", scopeColumn("c", { kind: "numeric", precision: null, scale: null })],
    ["NUMERIC", "'-.5'", "numeric", scopeColumn("c", { kind: "numeric", precision: null, scale: null })],
    ["NUMERIC", "'1e3'", "numeric", scopeColumn("c", { kind: "numeric", precision: null, scale: null })],
    ["INTEGER", "' +5 '", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["INTEGER", "'5.0'", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["INTEGER", "'9223372036854775807'", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["INTEGER", "'0x10'", "text", scopeColumn("c", { kind: "text" })],
    ["REAL", "'2.50'", "float8", scopeColumn("c", { kind: "double" })],
    ["TEXT", "1.50", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "-2.0", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "0.0", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "'it''s'", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "5", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", '"double quoted"', "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "bare", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "NULL", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "('a' || 'b')", "text", scopeColumn("c", { kind: "text" })],
    ["TEXT", "(lower('ABC'))", "text", scopeColumn("c", { kind: "text" })],
    ["BLOB", "x'00ff'", "bytea", scopeColumn("c", { kind: "bytes" })],
    ["BOOLEAN", "1", "boolean", scopeColumn("c", { kind: "boolean" }, { sourceStored: { as: "value" } })],
    ["BOOLEAN", "FALSE", "boolean", scopeColumn("c", { kind: "boolean" }, { sourceStored: { as: "value" } })],
    ["INTEGER", "TRUE", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
  ];

  test.each(DEFAULTS)("%s DEFAULT %s is the same value", async (declared, form, native, column) => {
    using here = sqliteEvaluator();
    here.run(`CREATE TABLE x (id INTEGER, c ${declared} DEFAULT ${form}); INSERT INTO x (id) VALUES (1)`);
    const [[kept = null] = []] = here.rows("SELECT dflt_value FROM pragma_table_info('x') WHERE name = 'c'");
    const sql = defaultOf(kept === null ? "NULL" : kept.slice(1, -1), column, declared);
    const name = `x_${DEFAULTS.findIndex((one) => one[1] === form && one[0] === declared)}`;
    await postgres.run(
      `CREATE TABLE ${name} (id int, c ${native} DEFAULT ${sql}); INSERT INTO ${name} (id) VALUES (1)`,
    );
    expect(await postgres.evaluate(name, ["c"])).toEqual(here.evaluate("x", ["c"]));
  });

  test("moments that the text or the count was kept of", async () => {
    const epoch = scopeColumn("c", { kind: "timestamp" }, { sourceStored: { as: "epoch", unit: "ms" } });
    expect(defaultOf("1700000000123", epoch)).toBe("'2023-11-14 22:13:20.123'::timestamp");
    const text = scopeColumn("c", { kind: "timestamp" }, { sourceStored: { as: "moment", shape: SHAPE } });
    expect(defaultOf("'2024-02-29 12:30:00'", text)).toBe("'2024-02-29 12:30:00'::timestamp");
  });

  /** [form, type here, column, what the engines print now must match] */
  const NOW: readonly (readonly [form: string, native: string, column: ScopeColumn])[] = [
    ["CURRENT_TIMESTAMP", "text", scopeColumn("c", { kind: "text" })],
    ["datetime('now')", "text", scopeColumn("c", { kind: "text" })],
    ["CURRENT_DATE", "text", scopeColumn("c", { kind: "text" })],
    ["CURRENT_TIME", "text", scopeColumn("c", { kind: "text" })],
    ["strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", "text", scopeColumn("c", { kind: "text" })],
    ["strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')", "text", scopeColumn("c", { kind: "text" })],
    ["strftime('%s', 'now')", "text", scopeColumn("c", { kind: "text" })],
    ["unixepoch()", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["unixepoch() * 1000", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
    ["CAST(strftime('%s', 'now') AS INTEGER)", "bigint", scopeColumn("c", { kind: "integer", bits: 64 })],
  ];

  test.each(NOW)("%s in a column of %s looks the same", async (form, native, column) => {
    const [[there = []], [here = []]] = [
      await postgres.rows(`SELECT (${defaultOf(form, column)})::${native}::text`),
      sqlite.rows(`SELECT CAST(${form} AS TEXT)`),
    ];
    expect(shapeOf(there[0])).toBe(shapeOf(here[0]));
    expect(shapeOf(there[0])).toContain("9");
  });

  test("the moment in a column of moments is one, to the second", async () => {
    const column = scopeColumn("c", { kind: "timestamp" }, { sourceStored: { as: "moment", shape: SHAPE } });
    expect(defaultOf("CURRENT_TIMESTAMP", column)).toBe("(date_trunc('second', now() at time zone 'utc'))");
    expect(defaultOf("CURRENT_TIMESTAMP", scopeColumn("c", { kind: "text" }))).toBe(
      "(to_char(now() at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS'))",
    );
    await postgres.run(`CREATE TABLE moments (c timestamp DEFAULT ${defaultOf("CURRENT_TIMESTAMP", column)})`);
    const ms = scopeColumn("c", { kind: "timestamptz" }, { sourceStored: { as: "epoch", unit: "ms" } });
    expect(defaultOf("unixepoch() * 1000", ms)).toBe("(date_trunc('second', now()))");
    expect(defaultOf("CURRENT_TIMESTAMP", ms)).toBe("(date_trunc('second', now()))");
  });

  test.each([
    ["(lower(hex(randomblob(16))))", scopeColumn("c", { kind: "text" }), /hex\(\)|randomblob\(\)/],
    ["datetime('now', 'localtime')", scopeColumn("c", { kind: "text" }), /localtime/],
    ["datetime('now', '+1 day')", scopeColumn("c", { kind: "text" }), /\+1 day/],
    ["strftime('%Y', 'now')", scopeColumn("c", { kind: "text" }), /%Y/],
    ["'abc'", scopeColumn("c", { kind: "integer", bits: 64 }), /'abc'/],
    ["0.00001", scopeColumn("c", { kind: "text" }), /0.00001/],
    ["70000", scopeColumn("c", { kind: "integer", bits: 16 }), /70000/],
    ["'{'", scopeColumn("c", { kind: "jsonb" }), /\{/],
    ["''", scopeColumn("c", { kind: "timestamp" }, { sourceStored: { as: "moment", shape: SHAPE } }), /''/],
    ["2", scopeColumn("c", { kind: "boolean" }, { sourceStored: { as: "value" } }), /2/],
    ["CURRENT_TIMESTAMP", scopeColumn("c", { kind: "integer", bits: 64 }), /time of asking/],
  ])("%s is refused", (form, column, reason) => {
    const parsed = parseExpression(form, []);
    const expressed = parsed.isParsed ? express(parsed.value, SCOPE, column) : null;
    const said = parsed.isParsed ? (expressed?.isExpressed === false ? expressed.reason : "carried") : parsed.reason;
    expect(said).toMatch(reason);
  });

  function defaultOf(form: string, column: ScopeColumn, declared = ""): string {
    const parsed = parseDefault(form, affinityOf(declared, false));
    if (!parsed.isParsed) return expect.fail(`${form}: ${parsed.reason}`);
    const expressed = express(parsed.value, { column: () => null, relation: () => null }, column);
    return expressed.isExpressed ? expressed.sql : expect.fail(`${form}: ${expressed.reason}`);
  }

  function shapeOf(shown: string | null | undefined): string | undefined {
    return shown?.replaceAll(/\d/g, "9");
  }
});
