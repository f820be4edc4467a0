import { describe, expect, test } from "vitest";
import { chooseRows } from "#dbops/lib/export/choose-rows.js";
import { storedRows } from "#dbops/lib/export/stored-rows.js";
import { thrownBy } from "../support/config-world.js";

const table = (name: string, kind = "table", schema: string | null = null) => ({
  schema,
  name,
  kind: kind as "table",
  estimatedRows: null,
  sizeBytes: null,
  columns: [],
  primaryKey: [],
  indexes: [],
  foreignKeys: [],
  checks: [],
});

const SCHEMA = {
  tables: [
    table("orders", "table", "public"),
    table("orders", "table", "old"),
    table("Items", "table", "public"),
    table("part_1", "partition", "public"),
    table("root", "partitioned", "public"),
    table("fts", "virtual", "public"),
    { ...table("fts_data", "shadow", "public"), shadowOf: "fts" },
    { ...table("fts_idx", "shadow", "public"), shadowOf: "fts" },
    table("elsewhere", "foreign", "public"),
  ],
  views: [{ schema: "public", name: "totals", isMaterialized: false, sql: "" }],
  sequences: [],
  triggers: [],
};
const NOTHING = { tables: [], where: [], query: null, columns: [], limit: null };

const keys = (wish: Partial<Parameters<typeof chooseRows>[1]>) =>
  chooseRows(SCHEMA, { ...NOTHING, ...wish }, "app").map(({ key }) => key);
const codeOf = (wish: Partial<Parameters<typeof chooseRows>[1]>) =>
  thrownBy(() => chooseRows(SCHEMA, { ...NOTHING, ...wish }, "app")).code;

describe("without names", () => {
  test("every table with rows of its own, once; equal names carry their schema", () => {
    expect(keys({})).toEqual(["public.orders", "old.orders", "Items", "root", "fts"]);
  });
});

describe("in a script", () => {
  const stored = (wish: Partial<Parameters<typeof chooseRows>[1]>) =>
    storedRows(chooseRows(SCHEMA, { ...NOTHING, ...wish }, "app"), SCHEMA);

  test("a virtual table is what is stored of it, each table once", () => {
    expect(stored({ tables: ["fts_idx", "fts", "root"] }).map(({ key }) => key)).toEqual([
      "fts_idx",
      "fts_data",
      "root",
    ]);
    expect(stored({ tables: ["fts"] }).map(({ isVirtual }) => isVirtual)).toEqual([false, false]);
  });

  test.each([{ limit: 1 }, { where: ["fts=1"] }])("a part of it is refused: %j", (wish) => {
    expect(thrownBy(() => stored({ tables: ["fts", "root"], ...wish })).code).toBe("USAGE.INVALID");
  });
});

describe("names", () => {
  test("choose tables and views, in the order asked for, in any case where that is clear", () => {
    expect(keys({ tables: ["totals", "items"] })).toEqual(["totals", "Items"]);
    expect(keys({ tables: ["old.orders"] })).toEqual(["orders"]);
    expect(keys({ tables: ["part_1", "fts_data", "elsewhere"] })).toEqual(["part_1", "fts_data", "elsewhere"]);
  });

  test("of one table count once", () => {
    expect(keys({ tables: ["items", "Items", "public.Items"] })).toEqual(["Items"]);
  });

  test("that are unknown or mean several tables are refused with what is near", () => {
    expect(thrownBy(() => chooseRows(SCHEMA, { ...NOTHING, tables: ["Itms"] }, "app")).hint).toContain("Items");
    expect(codeOf({ tables: ["orders"] })).toBe("USAGE.INVALID");
    expect(thrownBy(() => chooseRows(SCHEMA, { ...NOTHING, tables: ["orders"] }, "app")).why).toContain("old.orders");
  });
});

describe("conditions", () => {
  const whereOf = (tables: readonly string[], where: readonly string[]) =>
    chooseRows(SCHEMA, { ...NOTHING, tables, where }, "app").map(
      ({ source }) => source.kind === "table" && source.where,
    );

  test("of one table are whole SQL, whatever is in them", () => {
    expect(whereOf(["items"], ["a = b AND c='x=y'"])).toEqual(["a = b AND c='x=y'"]);
  });

  test("of several name their table", () => {
    expect(whereOf(["items", "root"], ["root=id = 3"])).toEqual([null, "id = 3"]);
    expect(codeOf({ tables: ["items", "root"], where: ["id > 3"] })).toBe("USAGE.INVALID");
    expect(codeOf({ tables: ["items", "root"], where: ["nowhere=id > 3"] })).toBe("USAGE.INVALID");
    expect(codeOf({ tables: ["items", "root"], where: ["root=a", "root=b"] })).toBe("USAGE.INVALID");
    expect(codeOf({ tables: ["items"], where: ["a", "b"] })).toBe("USAGE.INVALID");
  });
});

describe("a query", () => {
  test("stands alone", () => {
    expect(keys({ query: "SELECT 1", limit: 5 })).toEqual(["query"]);
    expect(codeOf({ query: "SELECT 1", tables: ["items"] })).toBe("USAGE.INVALID");
    expect(codeOf({ query: "SELECT 1", where: ["x"] })).toBe("USAGE.INVALID");
    expect(codeOf({ query: "SELECT 1", columns: ["x"] })).toBe("USAGE.INVALID");
  });
});

test("columns go with one table", () => {
  expect(codeOf({ tables: ["items", "root"], columns: ["a"] })).toBe("USAGE.INVALID");
});
