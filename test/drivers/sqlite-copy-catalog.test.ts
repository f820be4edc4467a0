import { describe, expect, test } from "vitest";
import type { CopyCatalog } from "#dbops/drivers/copy-source-model.js";
import { catalogOf, columnOf, copyWorld, eventsOf, rowsIn, tableOf } from "../support/sqlite-copy-world.js";
import { TORTURE_CASES } from "../support/torture-cases.js";

/** What must be found in a case: types by column, obstacles by what they say, and what a look at the catalog shows. */
interface Finding {
  readonly types: Readonly<Record<string, string>>;
  readonly obstacles?: readonly string[];
  readonly look?: (catalog: CopyCatalog) => void;
}

const ID = { id: "integer" };

const FINDINGS: Readonly<Record<string, Finding>> = {
  "empty AUTOINCREMENT table": {
    types: { ...ID, a: "text" },
    look: (catalog) =>
      expect(columnOf(catalog, "id").identity).toEqual({ next: 1n, isMonotonic: true, isAlways: false }),
  },
  "WITHOUT ROWID with a blob": {
    types: { k: "text", v: "bytes" },
    look: (catalog) => {
      expect(tableOf(catalog)).toMatchObject({
        primaryKey: { columns: ["k"] },
        rowKey: { kind: "columns", columns: ["k"] },
      });
      expect(columnOf(catalog, "k")).toMatchObject({ isNullable: false, identity: null });
    },
  },
  "control characters, \\N and emoji": { types: { ...ID, s: "text" } },
  "composite primary and foreign key": {
    types: { a: "integer", b: "text", x: "text" },
    look: (catalog) =>
      expect(tableOf(catalog, "c").foreignKeys).toEqual([
        {
          name: null,
          columns: ["pa", "pb"],
          references: { table: { schema: null, name: "p" }, columns: ["a", "b"] },
          onDelete: "cascade",
          onUpdate: "no action",
          isDeferrable: false,
          isInitiallyDeferred: false,
          orphans: 0,
        },
      ]),
  },
  "REAL with all its digits and 1e308": { types: { ...ID, r: "double" } },
  "BOOLEAN that holds a 2": { types: { ...ID, b: "integer 16" } },
  "dates in several encodings": { types: { ...ID, d: "text" } },
  "text, blob and real in INTEGER": {
    types: { ...ID, n: "integer" },
    obstacles: ["1 real and 1 text and 1 BLOB among 2 integers, the first at rowid 2"],
  },
  "AUTOINCREMENT whose highest row is gone": {
    types: { ...ID, a: "text" },
    look: (catalog) => expect(columnOf(catalog, "id").identity?.next).toBe(4n),
  },
  "rowid primary key that numbers itself": {
    types: { ...ID, a: "text" },
    look: (catalog) => {
      expect(columnOf(catalog, "id").identity).toEqual({ next: 3n, isMonotonic: false, isAlways: false });
      expect(columnOf(catalog, "a").isNullable).toBe(false);
    },
  },
  "STRICT with ANY": { types: { ...ID, i: "integer", r: "double", s: "text", b: "bytes", a: "text" } },
  "NULL in the primary key": {
    types: { k: "text", v: "integer" },
    obstacles: ["2 rows with NULL in the primary key (k)"],
    look: (catalog) => expect(tableOf(catalog).rowKey).toEqual({ kind: "hidden" }),
  },
  "CHECK constraints": {
    types: { ...ID, n: "integer", s: "text" },
    look: (catalog) =>
      expect(tableOf(catalog).checks).toMatchObject([
        { name: null, sql: "n > 0", parsed: { isParsed: true } },
        { name: "known", parsed: { isParsed: true } },
      ]),
  },
  "UNIQUE without case": {
    types: { ...ID, name: "text" },
    look: (catalog) => {
      expect(columnOf(catalog, "name").ignoresCase).toBe(true);
      expect(tableOf(catalog).uniques).toMatchObject([{ name: null, columns: ["name"] }]);
    },
  },
  "NUL in text": { types: { ...ID, s: "text" } },
  "invalid UTF-8": { types: { ...ID, s: "text" } },
  "reserved words as names": { types: { Order: "integer", user: "text", select: "text" } },
  "quotes in names": { types: { 'c"d': "integer", "e f": "text", "g`h": "text" } },
  "thirteen forms of defaults": {
    types: {
      ...ID,
      ...{ a: "text", b: "text", c: "text", d: "bytes", e: "integer", f: "text", g: "text", h: "double", i: "integer" },
      ...{ j: "boolean", k: "text", l: "integer", m: "date" },
    },
    look: (catalog) => {
      const unread = tableOf(catalog).columns.filter((column) => column.default?.parsed.isParsed === false);
      expect(unread.map(({ name }) => name)).toEqual(["l"]);
      expect(columnOf(catalog, "f").default?.parsed).toMatchObject({
        value: { value: { kind: "text", text: "double" } },
      });
      expect(columnOf(catalog, "k").default).toBeNull();
    },
  },
  "JSON that is none": { types: { ...ID, j: "text" } },
  "reals in columns without a type": { types: { ...ID, u: "double", s: "text" } },
  "INT2 and other words for types": {
    types: { ...ID, a: "integer", b: "text", c: "numeric", d: "numeric", e: "text", f: "text" },
  },
  "text in BLOB": { types: { ...ID, b: "bytes" } },
  "foreign key without columns": {
    types: { zid: "integer", a: "text" },
    look: (catalog) =>
      expect(tableOf(catalog, "y").foreignKeys).toMatchObject([
        { references: { columns: ["zid"] }, isDeferrable: true, isInitiallyDeferred: true },
      ]),
  },
  orphans: {
    types: ID,
    obstacles: ["1 orphan (rowid 2): p refers to no row of p"],
    look: (catalog) => expect(tableOf(catalog, "c").foreignKeys[0]?.orphans).toBe(1),
  },
  "generated columns": {
    types: { ...ID, a: "integer", b: "integer", c: "text" },
    look: (catalog) => {
      expect(columnOf(catalog, "b").generated).toMatchObject({ sql: "a * 2", parsed: { isParsed: true } });
      expect(columnOf(catalog, "c").generated?.sql).toBe("lower('X') || a");
      expect(columnOf(catalog, "a").generated).toBeNull();
    },
  },
  "index over an expression, and one over some rows": {
    types: { ...ID, email: "text", isGone: "integer" },
    look: (catalog) =>
      expect(tableOf(catalog).indexes).toMatchObject([
        {
          name: "t_lower",
          isUnique: false,
          where: null,
          parts: [{ term: { sql: "lower(email)" }, isDescending: true }],
        },
        { name: "t_live", isUnique: true, where: { sql: "isGone = 0" }, parts: [{ term: { name: "email" } }] },
      ]),
  },
  "table name of 73 bytes": { types: { ...ID, a: "text" } },
  "two names that are equal in their first 63 bytes": {
    types: { ...ID, a: "text" },
    look: (catalog) => expect(catalog.tables).toHaveLength(2),
  },
};

test("every case has its finding", () => {
  expect(Object.keys(FINDINGS)).toEqual(TORTURE_CASES.map(({ name }) => name));
});

test.each(TORTURE_CASES)("$name", async ({ name, build }) => {
  await using world = await copyWorld(build);
  const catalog = await world.source.catalog();
  const { types, obstacles = [], look = () => {} } = FINDINGS[name] ?? { types: {} };
  const [table] = catalog.tables;
  const found = table?.columns.map((column) => {
    const { type } = column;
    return [column.name, type.kind === "integer" && type.bits < 64 ? `integer ${type.bits}` : type.kind];
  });
  expect(Object.fromEntries(found ?? [])).toEqual(types);
  expect(catalog.obstacles.map(({ what }) => what)).toEqual(obstacles);
  expect(catalog.notCarried).toEqual([]);
  look(catalog);
});

describe("what the text of a table tells", () => {
  test("names, comments, quotes and constraints without commas", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE p(a INTEGER PRIMARY KEY, b TEXT UNIQUE)",
      `CREATE TABLE t( -- first, a comment (
        "check" TEXT CONSTRAINT "c one" CHECK ("check" <> 'CHECK (x)') COLLATE nocase,
        [b] INTEGER CONSTRAINT refb REFERENCES P(A) ON DELETE SET NULL NOT DEFERRABLE INITIALLY DEFERRED,
        c TEXT /* CHECK (0) */ DEFAULT 'CHECK (1)' REFERENCES p(b) DEFERRABLE,
        d TEXT COLLATE RTRIM,
        CONSTRAINT pk PRIMARY KEY ("check", b) CONSTRAINT uq UNIQUE (c, b)
        CHECK (length(c) > 0) FOREIGN KEY (b) REFERENCES p DEFERRABLE INITIALLY DEFERRED)`,
    ]);
    const table = tableOf(catalog);
    expect(table.primaryKey).toMatchObject({ name: "pk", columns: ["check", "b"] });
    expect(table.uniques).toMatchObject([{ name: "uq", columns: ["c", "b"] }]);
    expect(table.checks.map(({ name, sql }) => [name, sql])).toEqual([
      ["c one", `"check" <> 'CHECK (x)'`],
      [null, "length(c) > 0"],
    ]);
    expect(table.foreignKeys).toMatchObject([
      {
        name: "refb",
        columns: ["b"],
        references: { table: { name: "p" }, columns: ["a"] },
        onDelete: "set null",
        isDeferrable: false,
      },
      { name: null, columns: ["c"], references: { columns: ["b"] }, isDeferrable: true, isInitiallyDeferred: false },
      { name: null, columns: ["b"], references: { columns: ["a"] }, isDeferrable: true, isInitiallyDeferred: true },
    ]);
    expect(columnOf(catalog, "check").ignoresCase).toBe(true);
    expect(catalog.notes).toEqual(["t.d: the collation RTRIM stays behind"]);
  });

  test("AUTOINCREMENT in the table's own constraint, and in no text", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(id INTEGER, PRIMARY KEY (id AUTOINCREMENT))",
      "CREATE TABLE u(id INTEGER PRIMARY KEY, s TEXT DEFAULT 'AUTOINCREMENT')",
    ]);
    expect(columnOf(catalog, "id").identity?.isMonotonic).toBe(true);
    expect(columnOf(catalog, "id", "u").identity?.isMonotonic).toBe(false);
  });

  test("indexes: directions, collations, and those that are SQLite's alone", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(a TEXT, b TEXT COLLATE NOCASE)",
      "CREATE INDEX i ON t(a COLLATE NOCASE DESC, b, lower(a) COLLATE NOCASE ASC, a || 'x' COLLATE NOCASE) WHERE b IS NOT NULL AND a > 'WHERE'",
      "CREATE INDEX j ON t(a COLLATE RTRIM)",
    ]);
    expect(tableOf(catalog).indexes).toMatchObject([
      {
        name: "i",
        parts: [
          { term: { kind: "column", name: "a" }, isDescending: true, ignoresCase: true },
          { term: { kind: "column", name: "b" }, isDescending: false, ignoresCase: true },
          { term: { kind: "expression", sql: "lower(a)" }, isDescending: false, ignoresCase: true },
          { term: { kind: "expression", sql: "a || 'x' COLLATE NOCASE" }, isDescending: false, ignoresCase: false },
        ],
        where: { sql: "b IS NOT NULL AND a > 'WHERE'" },
        obstacle: null,
      },
      { name: "j", obstacle: expect.stringContaining("RTRIM") },
    ]);
  });

  test("a constraint that compares otherwise than its column is an index that says how", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(a TEXT, b TEXT COLLATE NOCASE, UNIQUE (a COLLATE NOCASE), UNIQUE (b COLLATE BINARY), UNIQUE (a, b))",
      "CREATE TABLE u(k TEXT, PRIMARY KEY (k COLLATE NOCASE))",
    ]);
    expect(tableOf(catalog).uniques.map(({ columns }) => columns)).toEqual([["a", "b"]]);
    expect(tableOf(catalog).indexes).toMatchObject([
      { name: "t_a_key", isUnique: true, parts: [{ term: { name: "a" }, ignoresCase: true }] },
      { name: "t_b_key", isUnique: true, parts: [{ term: { name: "b" }, ignoresCase: false }] },
    ]);
    expect(tableOf(catalog, "u")).toMatchObject({ primaryKey: { columns: ["k"] }, indexes: [{ name: "u_k_key" }] });
  });

  test("numbering ends with the highest number there is", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(id INTEGER PRIMARY KEY)",
      "INSERT INTO t VALUES (9223372036854775807)",
    ]);
    expect(columnOf(catalog, "id").identity?.next).toBe(9_223_372_036_854_775_807n);
  });

  test("views are read, triggers are not carried", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(a INTEGER)",
      "CREATE VIEW v AS SELECT a FROM t WHERE a > 0",
      "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = 1; END",
    ]);
    expect(catalog.views).toMatchObject([{ name: { name: "v" }, select: { isParsed: true } }]);
    expect(catalog.notCarried).toMatchObject([{ kind: "triggers", name: "t.tr" }]);
  });
});

describe("references", () => {
  const orphaned = [
    "PRAGMA foreign_keys = OFF",
    "CREATE TABLE p(id INTEGER PRIMARY KEY)",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p)",
    "INSERT INTO p VALUES (1)",
    "INSERT INTO t VALUES (1, 1), (2, 8), (3, 9), (4, NULL)",
  ];

  test("--orphans not-valid is no obstacle", async () => {
    const catalog = await catalogOf(orphaned, { orphans: "not-valid" });
    expect(catalog.obstacles).toEqual([]);
    expect(tableOf(catalog).foreignKeys[0]?.orphans).toBe(2);
  });

  test("--orphans reject leaves those rows out", async () => {
    await using world = await copyWorld((db) => void orphaned.map((sql) => db.exec(sql)), {
      choices: { orphans: "reject" },
    });
    const catalog = await world.source.catalog();
    expect(catalog.obstacles).toEqual([]);
    const events = await eventsOf(world.source, tableOf(catalog));
    expect(rowsIn(events)).toBe("1\t1\n4\t\\N\n");
    expect(events.flatMap((event) => (event.kind === "reject" ? event.reject.key : []))).toEqual([
      "rowid 2",
      "rowid 3",
    ]);
  });

  test("one that SQLite itself cannot follow is not carried", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT)",
      "CREATE TABLE t(a TEXT REFERENCES p(code), b INTEGER REFERENCES gone(x))",
    ]);
    expect(tableOf(catalog).foreignKeys).toEqual([]);
    expect(catalog.notCarried.map(({ kind, name, reason }) => [kind, name, reason])).toEqual([
      ["foreign-keys", "t(a)", expect.stringContaining("foreign key mismatch")],
      ["foreign-keys", "t(b)", "there is no table gone"],
    ]);
  });
});

describe("keys that become one when their kinds do", () => {
  test("1 and '1' in a unique column", async () => {
    const catalog = await catalogOf(["CREATE TABLE t(k UNIQUE)", "INSERT INTO t VALUES (1), ('1'), ('a')"]);
    expect(catalog.obstacles).toMatchObject([
      {
        code: "COPY.UNFIT",
        column: "k",
        what: "values that differ only in kind, such as 1 and '1', in a unique key (k)",
        flag: null,
      },
    ]);
  });

  test("kinds that stay apart are none", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(k, l, PRIMARY KEY (k, l))",
      "INSERT INTO t VALUES (1, 'x'), ('1', 'y'), (2.5, 'x')",
    ]);
    expect(catalog.obstacles).toEqual([]);
    expect(tableOf(catalog).rowKey).toEqual({ kind: "hidden" });
  });
});

describe("virtual tables", () => {
  test("full-text tables are plain ones with their rowid; shadows and triggers stay behind", async () => {
    await using world = await copyWorld((db) => {
      db.exec("CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT)");
      db.exec("CREATE VIRTUAL TABLE own USING fts5(title, body)");
      db.exec("CREATE VIRTUAL TABLE old USING fts4(body)");
      db.exec("CREATE VIRTUAL TABLE docs_fts USING fts5(body, content='docs', content_rowid='id')");
      db.exec("CREATE VIRTUAL TABLE bare USING fts5(body, content='')");
      db.exec("CREATE VIRTUAL TABLE terms USING fts5vocab(own, row)");
      db.exec(`CREATE TRIGGER keep AFTER UPDATE ON docs BEGIN
        INSERT INTO docs_fts(docs_fts, rowid, body) VALUES ('delete', old.id, old.body);
        INSERT INTO docs_fts(rowid, body) VALUES (new.id, new.body); END`);
      db.exec("INSERT INTO own(rowid, title, body) VALUES (7, 'a', 'b')");
      db.exec("INSERT INTO old(body) VALUES ('old text')");
    });
    const catalog = await world.source.catalog();
    expect(catalog.tables.map(({ name }) => name.name)).toEqual(["docs", "own", "old"]);
    expect(catalog.obstacles).toEqual([]);
    expect(catalog.notCarried).toEqual([]);
    const own = tableOf(catalog, "own");
    expect(own).toMatchObject({ primaryKey: { columns: ["rowid"] }, rowKey: { kind: "columns", columns: ["rowid"] } });
    expect(rowsIn(await eventsOf(world.source, own))).toBe("7\ta\tb\n");
    expect(rowsIn(await eventsOf(world.source, tableOf(catalog, "old")))).toBe("1\told text\n");
    const notes = catalog.notes.join("\n");
    expect(notes).toContain("docs_fts stays behind: a full-text index over docs");
    expect(notes).toContain("bare stays behind: a full-text index without content");
    expect(notes).toContain("terms stays behind: fts5vocab shows what other tables hold");
    expect(notes).toContain("own_content stays behind: it is how own keeps its rows");
    expect(notes).toContain("trigger docs.keep stays behind");
  });

  test("boxes", async () => {
    await using world = await copyWorld((db) => {
      db.exec("CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, +label TEXT)");
      db.exec("INSERT INTO box VALUES (5, 0.5, 1.5, 'five'), (2, -1, 1, 'two')");
    });
    const catalog = await world.source.catalog();
    const box = tableOf(catalog, "box");
    expect(box.columns.map(({ name, type }) => [name, type.kind])).toEqual([
      ["id", "integer"],
      ["x0", "double"],
      ["x1", "double"],
      ["label", "text"],
    ]);
    expect(rowsIn(await eventsOf(world.source, box))).toBe("2\t-1\t1\ttwo\n5\t0.5\t1.5\tfive\n");
  });

  test("one whose module only the application has fails by itself", async () => {
    await using world = await copyWorld((db) => {
      db.exec("CREATE TABLE t(a INTEGER)");
      db.unsafeMode().pragma("writable_schema = ON");
      db.exec(
        "INSERT INTO sqlite_schema VALUES ('table', 'geo', 'geo', 0, 'CREATE VIRTUAL TABLE geo USING spatial(a)')",
      );
    });
    const catalog = await world.source.catalog();
    expect(catalog.tables.map(({ name }) => name.name)).toEqual(["t"]);
    expect(catalog.obstacles).toMatchObject([
      {
        code: "RESTORE.EXTENSION_MISSING",
        table: { name: "geo" },
        what: expect.stringContaining("spatial"),
        flag: "--exclude-tables geo",
      },
    ]);
  });
});

test("a table that needs the application's own function fails by itself", async () => {
  await using world = await copyWorld((db) => {
    db.function("own", { deterministic: true }, (value) => value);
    db.exec("CREATE TABLE t(a INTEGER)");
    db.exec("CREATE TABLE u(a INTEGER, b AS (own(a)))");
    db.exec("INSERT INTO u(a) VALUES (1)");
  });
  const catalog = await world.source.catalog();
  expect(catalog.tables.map(({ name }) => name.name)).toEqual(["t"]);
  expect(catalog.obstacles).toMatchObject([{ code: "RESTORE.EXTENSION_MISSING", table: { name: "u" } }]);
});

describe("which tables", () => {
  const three = ["CREATE TABLE a(x)", "CREATE TABLE b(x)", "CREATE TABLE c(x)", "CREATE VIEW v AS SELECT x FROM a"];
  const namesOf = ({ tables, views }: CopyCatalog) => [...tables, ...views].map(({ name }) => name.name);

  test("all, some, and all but some", async () => {
    expect(namesOf(await catalogOf(three))).toEqual(["a", "b", "c", "v"]);
    expect(namesOf(await catalogOf(three, { tables: ["B", "v"] }))).toEqual(["b", "v"]);
    expect(namesOf(await catalogOf(three, { excludeTables: ["b"] }))).toEqual(["a", "c", "v"]);
  });

  test("a name that is none is refused with the nearest one", async () => {
    const cities = ["CREATE TABLE customers(x)"];
    await expect(catalogOf(cities, { tables: ["custmers"] })).rejects.toMatchObject({
      code: "USAGE.INVALID",
      hint: "did you mean customers?",
    });
  });
});

test("a damaged file has one obstacle, and that is what SQLite finds", async () => {
  await using world = await copyWorld((db) => {
    db.exec("PRAGMA page_size = 1024; CREATE TABLE t(a TEXT UNIQUE)");
    db.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT 'row ' || i FROM n",
    );
    db.unsafeMode().pragma("writable_schema = ON");
    // The index now begins at a page of the table.
    db.exec(
      "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 't') + 4 WHERE type = 'index'",
    );
  });
  const { obstacles, tables } = await world.source.catalog();
  expect(tables).toEqual([]);
  expect(obstacles.length).toBeGreaterThan(0);
  expect(new Set(obstacles.map(({ code }) => code))).toEqual(new Set(["COPY.SOURCE_DAMAGED"]));
});

describe("where the database came from", () => {
  const make = `CREATE TABLE dbops_origin(version INTEGER, engine TEXT, kind TEXT, table_schema TEXT, table_name TEXT,
    name TEXT, definition TEXT, stored TEXT, became_type TEXT)`;

  test("is read, and is no table of the copy", async () => {
    const catalog = await catalogOf([
      "CREATE TABLE t(a TEXT)",
      make,
      `INSERT INTO dbops_origin VALUES (1, 'other', 'column', 'public', 't', 'a', 'numeric(38,10)', '{"as":"text"}', 'TEXT')`,
      "INSERT INTO dbops_origin VALUES (1, 'other', 'view', NULL, NULL, 'v', 'CREATE VIEW v', NULL, NULL)",
      "INSERT INTO dbops_origin VALUES (1, 'other', 'nonsense', NULL, NULL, 'v', 'x', NULL, NULL)",
    ]);
    expect(catalog.tables.map(({ name }) => name.name)).toEqual(["t"]);
    expect(catalog.origin).toEqual([
      {
        version: 1,
        engine: "other",
        kind: "column",
        table: { schema: "public", name: "t" },
        name: "a",
        definition: "numeric(38,10)",
        stored: '{"as":"text"}',
        becameType: "TEXT",
      },
      {
        ...{ version: 1, engine: "other", kind: "view", table: null, name: "v" },
        ...{ definition: "CREATE VIEW v", stored: null, becameType: null },
      },
    ]);
    expect((await catalogOf(["CREATE TABLE t(a)"])).origin).toBeNull();
  });

  test("written by a newer dbops is refused", async () => {
    const newer = [make, "INSERT INTO dbops_origin VALUES (2, 'other', 'table', NULL, NULL, 't', 'x', NULL, NULL)"];
    await expect(catalogOf(newer)).rejects.toMatchObject({ code: "UNSUPPORTED.FORMAT_VERSION", exit: 8 });
  });
});

test("a scan of many columns is cut into pieces that find the same", async () => {
  const names = Array.from({ length: 450 }, (_, index) => `c${index}`);
  const db = (): readonly string[] => [
    `CREATE TABLE t(${names.map((name) => `${name} INTEGER`).join(", ")})`,
    `INSERT INTO t VALUES (${names.map((_, index) => (index === 449 ? "'odd'" : index)).join(", ")})`,
  ];
  const catalog = await catalogOf(db());
  expect(catalog.obstacles).toMatchObject([{ column: "c449", what: "1 text" }]);
  expect(columnOf(catalog, "c448").evidence).toBe("1 integer");
});

test("what cannot be NULL is counted as exactly as what can", async () => {
  const values = ["1, 1, 1, 1.5", "2, 2, 'odd', 2.5", "3, NULL, 3, 3.5"];
  const rows = values.map((row) => `INSERT INTO t VALUES (${row})`);
  const plain = "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER NOT NULL, c REAL NOT NULL)";
  const catalog = await catalogOf([plain, ...rows]);
  const evidence = ["id", "a", "b", "c"].map((name) => columnOf(catalog, name).evidence);
  expect(evidence).toEqual(["3 integers", "2 integers", "2 integers, 1 text at rowid 2", "3 reals"]);
  const held = await catalogOf([plain.replace("b INTEGER", "b ANY").concat(" STRICT"), ...rows]);
  const strict = ["id", "a", "b", "c"].map((name) => columnOf(held, name).evidence);
  expect(strict).toEqual(evidence);
});

test("a database in UTF-16 is looked at alike", async () => {
  const catalog = await catalogOf([
    "PRAGMA encoding = 'UTF-16le'",
    "CREATE TABLE t(d DATETIME, s TEXT)",
    "INSERT INTO t VALUES ('2024-02-29 12:34:56.789', 'ä')",
  ]);
  expect(columnOf(catalog, "d")).toMatchObject({
    type: { kind: "timestamp" },
    stored: { shape: { fractionDigits: 3 } },
  });
});
