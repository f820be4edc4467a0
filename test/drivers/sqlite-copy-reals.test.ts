import { expect, test } from "vitest";
import type { CopyColumn } from "#dbops/drivers/copy-rows-model.js";
import { BY_ID, fileWorld, ID, VALUE } from "../support/copy-rows-world.js";

const real = (name: string): CopyColumn => ({ name, type: { kind: "double" }, stored: VALUE, misfit: "fail" });
const decimal: CopyColumn = {
  name: "d",
  type: { kind: "numeric", precision: 12, scale: 3 },
  stored: VALUE,
  misfit: "fail",
};

test("reals stay in their rows and columns, among NULLs, integers and gaps, in many batches", async () => {
  await using world = await fileWorld([
    "CREATE TABLE t (id INTEGER PRIMARY KEY, x REAL, y, d DECIMAL(12,3))",
    `INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
     SELECT i, i / 7.0 * CASE i % 5 WHEN 0 THEN 1e-9 WHEN 1 THEN -1e18 ELSE 1 END,
       CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN i WHEN 2 THEN -0.0 ELSE i + 0.25 END, i + 0.125 FROM n WHERE i % 11 > 0`,
  ]);
  const columns = [ID, real("x"), real("y"), decimal];
  const joined = await world.rows({ columns, key: BY_ID });
  expect(joined).toBe(await world.rows({ columns, key: { kind: "none" } }));
  const rows = joined.split("\n").slice(0, -1);
  expect(rows.length).toBe(27_273);
  expect(rows.filter((row) => !isAsInserted(row.split("\t")))).toEqual([]);
});

function isAsInserted([id, x, y, d]: readonly string[]): boolean {
  const i = Number(id);
  const isX = Number(x) === (i / 7) * ([1e-9, -1e18][i % 5] ?? 1);
  return isX && y === ["\\N", id, "-0", `${i + 0.25}`][i % 4] && d === `${i + 0.125}`;
}
