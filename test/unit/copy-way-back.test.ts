import { describe, expect, test } from "vitest";
import type { CopyCatalog, SourceColumn, SourceTable } from "#dbops/drivers/copy-source-model.js";
import type { TargetColumn } from "#dbops/drivers/copy-target-model.js";
import type { CopyPlan } from "#dbops/lib/copy/copy-plan.js";
import { catalog, column, key, PLAIN_TARGET, plan, table, unreadable } from "../support/copy-plan-world.js";

// Out and back: what the way out has written is what the way back reads.

const SHAPE = { separator: "T", hasSeconds: true, fractionDigits: 3, zone: "Z", assumedZone: null } as const;

const HOME = catalog(
  [
    table(
      "orders",
      [
        column("id", { kind: "integer", bits: 64 }, { declared: "INTEGER", isNullable: false }),
        column("at", { kind: "timestamptz" }, { declared: "DATETIME", stored: { as: "moment", shape: SHAPE } }),
      ],
      { primaryKey: key(["id"]), definition: "CREATE TABLE orders (id INTEGER PRIMARY KEY, at DATETIME)" },
    ),
  ],
  {
    notCarried: [{ kind: "triggers", name: "orders.tr", reason: "no trigger is carried", sql: "CREATE TRIGGER tr …" }],
    views: [{ name: { schema: null, name: "v" }, sql: "CREATE VIEW v AS …", isMaterialized: false, select: unread() }],
  },
);

function unread(): CopyCatalog["views"][number]["select"] {
  const { parsed } = unreadable("");
  return parsed.isParsed ? { isParsed: false, reason: "" } : parsed;
}

/** The copy's own catalog, as its engine would tell it. */
function copyOf({ tables, design }: CopyPlan): CopyCatalog {
  const told = tables.map(({ target }): SourceTable => {
    const { name, primaryKey, uniques, comment } = target;
    const own = primaryKey === null ? null : key(primaryKey.columns);
    const more = { name, primaryKey: own, uniques: uniques.map(({ columns }) => key(columns)), comment };
    return table(name.name, target.columns.map(toldColumn), more);
  });
  return catalog(told, { origin: design.origin });
}

function toldColumn({ name, type, native, isNullable }: TargetColumn): SourceColumn {
  return column(name, type, { declared: native.toUpperCase(), stored: null, isNullable });
}

const BACK = { sourceEngine: "there", targetEngine: "here", target: { ...PLAIN_TARGET, nameFor: sameName } };

function sameName({ name }: { readonly name: string }) {
  return { schema: null, name };
}

const out = plan(HOME);

describe("a copy that comes home unchanged", () => {
  const back = plan(copyOf(out), BACK);

  test("has its own definition, declared types and spelling again", () => {
    expect(back.tables[0]?.target).toMatchObject({
      name: { schema: null, name: "orders" },
      definition: "CREATE TABLE orders (id INTEGER PRIMARY KEY, at DATETIME)",
    });
    expect(back.tables[0]?.target.columns.map(({ native }) => native)).toEqual(["INTEGER", "DATETIME"]);
    expect(back.tables[0]?.readBack.columns[1]?.stored).toEqual({ as: "moment", shape: SHAPE });
    expect(back.tables[0]?.columns[1]).toMatchObject({ evidence: "DATETIME where it came from", flag: "--no-origin" });
  });

  test("gets back what could not go out, triggers last", () => {
    expect(back.design.returning).toEqual([
      { kind: "view", name: "v", schema: null, sql: "CREATE VIEW v AS …" },
      { kind: "trigger", name: "orders.tr", schema: null, sql: "CREATE TRIGGER tr …" },
    ]);
  });
});

test("what was made by an expression at home is made by it again, not loaded", () => {
  const columns = [column("a"), column("b", { kind: "text" }, { generated: unreadable("f(a)") })];
  const gone = plan(catalog([table("t", columns, { definition: "CREATE TABLE t (a, b AS (f(a)))" })]));
  expect(gone.tables[0]?.read.columns.map(({ name }) => name)).toEqual(["a", "b"]);
  const [back] = plan(copyOf(gone), BACK).tables;
  expect(back?.read.columns.map(({ name }) => name)).toEqual(["a"]);
  expect(back?.computed?.read.columns.map(({ name }) => name)).toEqual(["b"]);
});

describe("what has changed meanwhile is not recalled", () => {
  test("a column of another type", () => {
    const changed = copyOf(out);
    const [first] = changed.tables;
    const columns = (first?.columns ?? []).map((one) => (one.name === "at" ? { ...one, declared: "TEXT" } : one));
    const back = plan({ ...changed, tables: first === undefined ? [] : [{ ...first, columns }] }, BACK);
    expect(back.tables[0]?.target.definition).toBeNull();
    expect(back.tables[0]?.target.columns.map(({ native }) => native)).toEqual(["INTEGER", "timestamptz"]);
  });

  test("a table with an index more keeps its types and gets its index", () => {
    const changed = copyOf(out);
    const index = {
      name: "by_at",
      isUnique: false,
      parts: [{ term: { kind: "column" as const, name: "at" }, isDescending: false, ignoresCase: false }],
      where: null,
      definition: "CREATE INDEX by_at …",
      obstacle: null,
    };
    const back = plan({ ...changed, tables: changed.tables.map((one) => ({ ...one, indexes: [index] })) }, BACK);
    expect(back.tables[0]?.target.definition).toBeNull();
    expect(back.tables[0]?.target.columns.map(({ native }) => native)).toEqual(["INTEGER", "DATETIME"]);
    expect(back.tables[0]?.target.indexes.map(({ name }) => name)).toEqual(["by_at"]);
  });

  test("nothing, when it is not asked for or came from another engine", () => {
    expect(plan(copyOf(out), { ...BACK, usesOrigin: false }).tables[0]?.target.definition).toBeNull();
    expect(plan(copyOf(out), { ...BACK, targetEngine: "elsewhere" }).tables[0]?.target.definition).toBeNull();
    const [table0] = copyOf(out).tables;
    const spoilt = (out.design.origin ?? []).map((entry) => ({ ...entry, stored: "no JSON" }));
    expect(
      plan(catalog(table0 === undefined ? [] : [table0], { origin: spoilt }), BACK).tables[0]?.target.definition,
    ).toBeNull();
  });
});
