import { describe, expect, test } from "vitest";
import type { SourceView } from "#dbops/drivers/copy-source-model.js";
import { widestType } from "#dbops/lib/copy/widest-type.js";
import {
  BIGINT,
  catalog,
  column,
  key,
  literal,
  PLAIN_TARGET,
  plan,
  reference,
  TEXT,
  table,
  unreadable,
} from "../support/copy-plan-world.js";

const LONG = "ä".repeat(40);

describe("names", () => {
  test("that are too long are cut at a character and marked, and it is said", () => {
    const { tables, notes } = plan(catalog([table(LONG, [column(LONG)])]));
    const name = tables[0]?.target.name.name ?? "";
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name).toMatch(/^ä{28}_[0-9a-f]{6}$/);
    expect(tables[0]?.target.columns[0]?.name).toBe(name);
    expect(notes).toContain(`the name "${LONG}" is too long there: it becomes "${name}"`);
  });

  test("that differ behind the cut stay apart", () => {
    const { tables } = plan(catalog([table(`${LONG}1`, []), table(`${LONG}2`, [])]));
    expect(new Set(tables.map(({ target }) => target.name.name)).size).toBe(2);
  });

  test("that would be one are refused with both", () => {
    const both = catalog([table("Users", []), table("users", [])]);
    expect(plan(both).tables).toHaveLength(2);
    const folded = () => plan(both, { isFolding: true });
    expect(folded).toThrow(
      expect.objectContaining({ code: "COPY.NAME_COLLISION", message: expect.stringMatching(/Users and users/) }),
    );
    const caseless = { ...PLAIN_TARGET, names: { maxBytes: null, ignoresCase: true } };
    expect(() => plan(both, { target: caseless })).toThrow(/Users and users/);
    expect(() => plan(catalog([table("t", [column("A"), column("a")])]), { isFolding: true })).toThrow(/t\.A and t\.a/);
  });

  test("of tables of several schemas that would be one are refused", () => {
    const tables = ["a", "b"].map((schema) => ({ ...table("t", []), name: { schema, name: "t" } }));
    expect(() => plan(catalog(tables))).toThrow(/a\.t and b\.t would both be called "t"/);
  });

  test("of indexes that are taken get their table's name", () => {
    const index = (name: string) => ({
      name,
      isUnique: false,
      parts: [{ term: { kind: "column" as const, name: "a" }, isDescending: false, ignoresCase: false }],
      where: null,
      definition: "",
      obstacle: null,
    });
    const tables = ["t", "u"].map((name) => table(name, [column("a")], { indexes: [index("u"), index("by_a")] }));
    const made = plan(catalog(tables)).tables.map(({ target }) => target.indexes.map(({ name }) => name));
    expect(made).toEqual([
      ["t_u", "by_a"],
      ["u_u", "u_by_a"],
    ]);
  });
});

describe("types of columns that refer to each other", () => {
  test("are one, the widest, by way of others too", () => {
    const { tables } = plan(
      catalog([
        table("a", [column("id", BIGINT)], { primaryKey: key(["id"]) }),
        table("b", [column("id", { kind: "integer", bits: 16 })], {
          primaryKey: key(["id"]),
          foreignKeys: [reference("id", "a", "id")],
        }),
        table("c", [column("b", TEXT), column("other", BIGINT)], { foreignKeys: [reference("b", "b", "id")] }),
      ]),
    );
    expect(tables.map(({ target }) => target.columns.map(({ type }) => type.kind))).toEqual([
      ["text"],
      ["text"],
      ["text", "integer"],
    ]);
    expect(tables[0]?.columns[0]?.evidence).toBe("all of one kind; one type with b.id, c.b");
    expect(tables[2]?.columns[1]?.evidence).toBe("all of one kind");
  });

  test("what is read as it stands from now on is no moment any more", () => {
    const shape = { separator: " ", hasSeconds: true, fractionDigits: 0, zone: "", assumedZone: null } as const;
    const at = column("at", { kind: "timestamp" }, { stored: { as: "moment", shape } });
    const { tables } = plan(
      catalog([
        table("a", [at], { primaryKey: key(["at"]) }),
        table("b", [column("at")], { foreignKeys: [reference("at", "a", "at")] }),
      ]),
    );
    expect(tables[0]?.read.columns[0]).toMatchObject({ type: TEXT, stored: { as: "value" } });
  });

  test.each([
    [BIGINT, { kind: "integer", bits: 16 }, BIGINT],
    [BIGINT, { kind: "double" }, { kind: "numeric", precision: null, scale: null }],
    [{ kind: "integer", bits: 32 }, { kind: "double" }, { kind: "double" }],
    [{ kind: "boolean" }, BIGINT, BIGINT],
    [{ kind: "date" }, { kind: "timestamp" }, TEXT],
    [TEXT, { kind: "bytes" }, { kind: "bytes" }],
  ] as const)("%o and %o are %o", (one, other, widest) => {
    expect(widestType(one, other)).toEqual(widest);
    expect(widestType(other, one)).toEqual(widest);
  });
});

describe("keys", () => {
  const nullable = catalog([table("t", [column("id", BIGINT)], { primaryKey: key(["id"], { nullRows: 2 }) })]);

  test("that hold NULL stand in the way, and the flag that lets them pass is named", () => {
    expect(plan(nullable).obstacles).toEqual([
      {
        code: "COPY.UNFIT",
        table: { schema: null, name: "t" },
        column: "id",
        what: "2 rows with NULL in the primary key (id)",
        flag: "--null-key unique",
      },
    ]);
  });

  test("that hold NULL become unique when asked for", () => {
    const choices = { onMismatch: "fail", orphans: "fail", nullKey: "unique" } as const;
    const { tables, obstacles, warnings } = plan(nullable, { choices });
    expect(obstacles).toEqual([]);
    expect(tables[0]?.target).toMatchObject({ primaryKey: null, uniques: [{ columns: ["id"] }] });
    expect(tables[0]?.target.columns[0]?.isNullable).toBe(true);
    expect(warnings).toHaveLength(1);
  });

  test("without regard to case are unique indexes, and plain uniques only where something refers to them", () => {
    const mail = column("mail", TEXT, { ignoresCase: true });
    const users = table("users", [mail], { uniques: [key(["mail"])] });
    const alone = plan(catalog([users])).tables[0]?.target;
    expect(alone?.uniques).toEqual([]);
    expect(alone?.indexes[0]).toMatchObject({ isUnique: true, parts: [{ term: { name: "mail" }, ignoresCase: true }] });
    const other = table("o", [column("mail")], { foreignKeys: [reference("mail", "users", "mail")] });
    expect(plan(catalog([users, other])).tables[0]?.target.uniques).toMatchObject([{ columns: ["mail"] }]);
  });
});

describe("references", () => {
  const parent = table("p", [column("id", BIGINT)], { primaryKey: key(["id"]) });
  const child = (orphans: number) =>
    table("c", [column("p", BIGINT)], { foreignKeys: [reference("p", "p", "id", { orphans })] });

  test("to what is not copied are not carried", () => {
    const { notCarried, tables } = plan(catalog([child(0)]));
    expect(tables[0]?.target.foreignKeys).toEqual([]);
    expect(notCarried).toMatchObject([{ kind: "foreign-keys", name: "c (p)" }]);
  });

  test.each([
    ["fail", 1, true],
    ["not-valid", 0, false],
    ["reject", 0, true],
  ] as const)("that lead nowhere: --orphans %s", (orphans, obstacles, isValidated) => {
    const made = plan(catalog([parent, child(3)]), { choices: { onMismatch: "fail", orphans, nullKey: "fail" } });
    expect(made.obstacles).toHaveLength(obstacles);
    expect(made.tables[1]?.target.foreignKeys[0]?.isValidated).toBe(isValidated);
  });

  test("to rows that a misfit leaves out are foretold", () => {
    const odd = column("v", BIGINT, { leftOut: "1 text among 2 integers" });
    const from = catalog([table("p", [column("id", BIGINT), odd], { primaryKey: key(["id"]) }), child(0)]);
    const warnings = (orphans: "fail" | "not-valid"): readonly string[] =>
      plan(from, { choices: { onMismatch: "reject", orphans, nullKey: "fail" } }).warnings;
    expect(warnings("fail")).toEqual([expect.stringMatching(/^c \(p\): rows of p are left out/)]);
    expect(warnings("not-valid")).toEqual([]);
  });

  test.each([
    ["texts", TEXT, "fail", 1, true],
    ["texts", TEXT, "reject", 1, true],
    ["texts", TEXT, "not-valid", 0, false],
    ["numbers", BIGINT, "fail", 0, true],
  ] as const)(
    "that are written otherwise than their keys: %s, %s, --orphans %s",
    (_, type, orphans, obstacles, isValidated) => {
      const foreignKeys = [reference("p", "p", "id", { respelled: 2 })];
      const made = plan(
        catalog([
          table("p", [column("id", type)], { primaryKey: key(["id"]) }),
          table("c", [column("p", type)], { foreignKeys }),
        ]),
        { choices: { onMismatch: "fail", orphans, nullKey: "fail" } },
      );
      expect(made.obstacles).toHaveLength(obstacles);
      expect(made.tables[1]?.target.foreignKeys[0]?.isValidated).toBe(isValidated);
    },
  );
});

describe("what cannot be said at the target", () => {
  test("is not carried, with its reason and its own words", () => {
    const { notCarried, tables } = plan(
      catalog([
        table(
          "t",
          [column("a", TEXT, { default: unreadable("foo()") }), column("b", TEXT, { default: literal("x") })],
          {
            checks: [{ name: "c", ...unreadable("a GLOB '*'") }],
          },
        ),
      ]),
    );
    expect(notCarried).toEqual([
      { kind: "defaults", name: "t.a", reason: "it cannot be read", sql: "foo()" },
      { kind: "checks", name: "t.c", reason: "it cannot be read", sql: "a GLOB '*'" },
    ]);
    expect(tables[0]?.target.columns.map(({ defaultSql }) => defaultSql)).toEqual([null, "'x'"]);
  });

  test("a generated column whose expression is not said is a plain one with its values", () => {
    const columns = [
      column("a"),
      column("b", TEXT, { generated: unreadable("f(a)") }),
      column("c", TEXT, { generated: literal("x") }),
    ];
    const [made] = plan(catalog([table("t", columns)])).tables;
    expect(made?.read.columns.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(made?.computed?.read.columns.map(({ name }) => name)).toEqual(["c"]);
    expect(made?.target.columns.map(({ generatedSql }) => generatedSql)).toEqual([null, null, "'x'"]);
  });

  test("a deferrable key is said to be none where there are none", () => {
    const keys = {
      primaryKey: key(["a"], { isDeferrable: true }),
      uniques: [key(["b"], { isDeferrable: true }), key(["c"])],
    };
    const from = catalog([table("t", [column("a"), column("b"), column("c")], keys)]);
    expect(plan(from).warnings).toEqual([]);
    const there = plan(from, { target: { ...PLAIN_TARGET, hasDeferrableKeys: false } });
    expect(there.warnings).toEqual([
      expect.stringMatching(/^t \(a\): DEFERR/),
      expect.stringMatching(/^t \(b\): DEFERR/),
    ]);
  });

  test("sequences are not carried to an engine that has none", () => {
    const sequences = [{ name: { schema: "public", name: "s" }, next: 5n, step: 1n, definition: "CREATE SEQUENCE s" }];
    expect(plan(catalog([], { sequences })).design.sequences).toHaveLength(1);
    const none = plan(catalog([], { sequences }), { target: { ...PLAIN_TARGET, hasSequences: false } });
    expect(none.design.sequences).toEqual([]);
    expect(none.notCarried).toMatchObject([{ kind: "sequences", name: "public.s" }]);
  });
});

describe("views", () => {
  const view = (name: string, reads: string): SourceView => ({
    name: { schema: null, name },
    sql: `SELECT a FROM ${reads}`,
    isMaterialized: false,
    select: {
      isParsed: true,
      value: {
        isDistinct: false,
        columns: [{ name: "a", expression: { kind: "column", name: "a", table: null } }],
        from: [{ schema: null, name: reads, alias: null, join: null }],
        where: null,
        groupBy: [],
        having: null,
        orderBy: [],
      },
    },
  });

  test("come behind those that they read, with what is known of their columns", () => {
    const views = [view("second", "first"), view("first", "t")];
    const made = plan(catalog([table("t", [column("a", BIGINT)])], { views })).views;
    expect(made.map(({ name }) => name.name)).toEqual(["first", "second"]);
    expect(made.map(({ known }) => known[0]?.atSource.type)).toEqual([BIGINT, BIGINT]);
  });

  test("of what is not copied are not carried", () => {
    const { views, notCarried } = plan(catalog([], { views: [view("v", "t")] }));
    expect(views).toEqual([]);
    expect(notCarried).toMatchObject([{ kind: "views", name: "v", reason: "what it reads is not copied" }]);
  });
});

describe("the proof goes by order", () => {
  const keyed = (type: SourceColumnType) => catalog([table("t", [column("k", type)], { primaryKey: key(["k"]) })]);
  type SourceColumnType = Parameters<typeof column>[1];

  test.each([
    ["integers", BIGINT, "order"],
    ["texts", TEXT, "order"],
    ["decimals that one side keeps as numbers", { kind: "numeric", precision: null, scale: null }, "bag"],
  ] as const)("%s: %s", (_what, type, proof) => {
    expect(plan(keyed(type)).tables[0]?.proof).toBe(proof);
  });

  test("of sending where the target numbers its rows, and by nothing where it does not", () => {
    const heap = catalog([table("t", [column("a")])]);
    expect(plan(heap).tables[0]?.proof).toBe("bag");
    const numbered = { ...PLAIN_TARGET, rowKey: () => ({ kind: "hidden" }) as const };
    expect(plan(heap, { target: numbered }).tables[0]?.proof).toBe("order");
  });
});
