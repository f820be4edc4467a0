import { describe, expect, test } from "vitest";
import { answerDifference } from "#dbops/lib/copy/query-answers.js";
import { splitQueries } from "#dbops/lib/copy/split-queries.js";

describe("a script of queries", () => {
  test("is cut outside strings, names, comments and dollar quotes", () => {
    const script = `SELECT ';' AS "a;b"; -- one; not two
      /* ; */ SELECT $x$;$x$, 'it''s;';;
      -- nothing;
    `;
    expect(splitQueries(script).map(({ sql }) => sql)).toEqual([
      `SELECT ';' AS "a;b"`,
      `-- one; not two\n      /* ; */ SELECT $x$;$x$, 'it''s;'`,
    ]);
  });

  test("knows which answers come in order", () => {
    const ordered = (sql: string) => splitQueries(sql)[0]?.isOrdered;
    expect(ordered("SELECT a FROM t ORDER /* so */ BY a")).toBe(true);
    expect(ordered("SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 3) s")).toBe(false);
    expect(ordered("SELECT row_number() OVER (ORDER BY a) FROM t")).toBe(false);
    expect(ordered("SELECT 'order by' FROM t")).toBe(false);
  });
});

describe("two answers", () => {
  test("are equal as bags, unless they are ordered", () => {
    expect(answerDifference([["1"], ["2"]], [["2"], ["1"]], false)).toBeNull();
    expect(answerDifference([["1"], ["2"]], [["2"], ["1"]], true)).toContain('row 1 is ["1e0"] at the source');
  });

  test("are equal where true is 1 and numbers are spelled otherwise", () => {
    expect(answerDifference([["1", "0", "1.50", null]], [["t", "f", "1.5", null]], true)).toBeNull();
  });

  test.each([
    [[["a"]], [["A"]]],
    [[[null]], [["0"]]],
    [[["0123"]], [["123"]]],
    [[["1"]], [["1"], ["1"]]],
  ])("%j and %j differ", (one, other) => {
    expect(answerDifference(one, other, false)).not.toBeNull();
  });
});
