import { execFile } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { startDbops } from "../support/dbops-process.js";
import { testContext } from "../support/driver-context.js";
import { IMPORT_ENGINES, type ImportEngine, type ImportWorld } from "../support/import-world.js";
import { sqlite } from "../support/sqlite-files.js";

// An export that is imported with --create is the same database again: all of it, or nothing.

const run = promisify(execFile);

const SQLITE = [
  "PRAGMA application_id = 77",
  "PRAGMA user_version = 12",
  `CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL DEFAULT 'none' COLLATE NOCASE, n INT CHECK (n > 0),
     twice INT AS (n * 2) STORED, thrice AS (n * 3), favourite INT, UNIQUE (code, n))`,
  `CREATE TABLE child (p TEXT, n INT, extra TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP,
     FOREIGN KEY (p, n) REFERENCES parent (code, n) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)`,
  "CREATE TABLE chicken (id INTEGER PRIMARY KEY, egg INT REFERENCES egg (id))",
  "CREATE TABLE egg (id INTEGER PRIMARY KEY, chicken INT REFERENCES chicken (id))",
  // Its parent is found by an index that comes after the rows.
  "CREATE TABLE by_index (name TEXT, n INT)",
  "CREATE UNIQUE INDEX by_index_name ON by_index (name)",
  "CREATE TABLE to_index (name TEXT REFERENCES by_index (name), n INT)",
  'CREATE TABLE "without" (k TEXT, "odd ""name; --" BLOB, PRIMARY KEY (k, "odd ""name; --")) WITHOUT ROWID',
  "CREATE TABLE strict (id INTEGER PRIMARY KEY, r REAL, t TEXT, b BLOB) STRICT",
  "CREATE INDEX child_some ON child (extra) WHERE extra IS NOT NULL",
  "CREATE INDEX child_low ON child (lower(extra) DESC)",
  "CREATE VIEW seen AS SELECT code, twice FROM parent -- ends so",
  "INSERT INTO parent (id, code, n) VALUES (3, 'a', 1), (7, 'B', 2), (900, 'gone', 3)",
  "DELETE FROM parent WHERE id = 900",
  "INSERT INTO child VALUES ('A', 1, NULL, 'then'), ('B', 2, 'x; y''z', NULL), (NULL, 5, '', '')",
  "INSERT INTO egg VALUES (1, NULL), (2, NULL)",
  "INSERT INTO chicken VALUES (1, 2), (2, 1)",
  "UPDATE egg SET chicken = 3 - id",
  "INSERT INTO by_index VALUES ('x', 1), (NULL, 2)",
  "INSERT INTO to_index VALUES ('x', 1), (NULL, 2)",
  `INSERT INTO "without" VALUES ('k', x'00ff'), ('k', x'')`,
  "INSERT INTO strict VALUES (1, 0.1, 'line\nend', x'0a'), (9007199254740993, -0.0, '', NULL)",
  "CREATE TRIGGER shout AFTER INSERT ON child BEGIN UPDATE child SET extra = upper(new.extra) WHERE rowid = new.rowid; SELECT 1; END",
  "CREATE TRIGGER into_view INSTEAD OF INSERT ON seen BEGIN INSERT INTO parent (code) VALUES (new.code); END",
];

const POSTGRES = [
  "CREATE SCHEMA other",
  "CREATE TYPE other.mood AS ENUM ('sad', 'it''s; ok')",
  "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
  "CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2; '",
  "CREATE FUNCTION atomic(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN i > 0 THEN 1 ELSE 0 END; SELECT i; END",
  `CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN new.extra := upper(new.extra); RETURN new; END;$f$`,
  `CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL DEFAULT 'none; --', n positive,
     twice int GENERATED ALWAYS AS (n * 2) STORED, at timestamptz DEFAULT now(), m other.mood, UNIQUE (code, n))`,
  `CREATE TABLE other.child (id bigserial, p text, n int, extra text, j jsonb, tags text[], grid int[], docs jsonb[], data bytea, f float8,
     FOREIGN KEY (p, n) REFERENCES parent (code, n) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)`,
  // It finds `twice` by the user's search path only, which the script's own must not outlast.
  "CREATE FUNCTION is_high(i int) RETURNS boolean LANGUAGE sql AS 'SELECT twice(i) > 1'",
  "CREATE TABLE chicken (id int PRIMARY KEY CHECK (is_high(id)), egg int)",
  "CREATE TABLE egg (id int PRIMARY KEY, chicken int REFERENCES chicken)",
  "ALTER TABLE chicken ADD FOREIGN KEY (egg) REFERENCES egg",
  "CREATE TABLE parts (at date NOT NULL, v text, PRIMARY KEY (at)) PARTITION BY RANGE (at)",
  "CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('2020-01-01')",
  "CREATE TABLE other.parts_new PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO (MAXVALUE)",
  'CREATE TABLE "odd ""name; --" ("a ""b" text, CHECK ("a ""b" <> $$;$$))',
  "CREATE INDEX child_some ON other.child (extra) WHERE extra IS NOT NULL",
  "CREATE INDEX child_low ON other.child (lower(extra) DESC, twice(n))",
  "CREATE SEQUENCE other.free START -5 INCREMENT -3",
  "COMMENT ON COLUMN parent.code IS 'a ''comment''; --'",
  "INSERT INTO parent (id, code, n, m) OVERRIDING SYSTEM VALUE VALUES (3, 'a', 1, 'sad'), (700, 'B', 2, 'it''s; ok')",
  `INSERT INTO other.child (p, n, extra, j, tags, grid, docs, data, f) VALUES ('a', 1, NULL, '{"b": [1.10, null]}', '{a,"b c","q\\"\\\\ü, {}",NULL,"NULL"}', '{{1,2},{3,NULL}}', ARRAY['{"a": [1]}', '"s"']::jsonb[], '\\x00ff', 'NaN'),
     ('B', 2, E'x; tab\t line\n \\\\.', '"null"', '{}', NULL, '{}', '', '-Infinity'), (NULL, 9, '', NULL, NULL, NULL, NULL, NULL, -0.0)`,
  "SELECT setval('other.child_id_seq', 500, false), setval('parent_id_seq', 4), nextval('other.free')",
  "INSERT INTO chicken VALUES (1, NULL), (2, NULL)",
  "INSERT INTO egg VALUES (1, 2), (2, 1)",
  "UPDATE chicken SET egg = id",
  "INSERT INTO parts VALUES ('1999-12-31', 'old'), ('2024-02-29', 'new')",
  `INSERT INTO "odd ""name; --" VALUES ('x')`,
  "CREATE VIEW seen AS SELECT code, twice FROM parent",
  "CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM other.child",
  "CREATE RULE two AS ON INSERT TO seen DO INSTEAD (INSERT INTO parent (code) VALUES (new.code); SELECT 1)",
  "CREATE TRIGGER shout BEFORE INSERT ON other.child FOR EACH ROW EXECUTE FUNCTION shout()",
];

const STATEMENTS = { SQLite: SQLITE, PostgreSQL: POSTGRES } as const;

function nameOf({ title }: ImportEngine): keyof typeof STATEMENTS {
  return title === "SQLite" ? "SQLite" : "PostgreSQL";
}

const OBJECTS = "SELECT * FROM (SELECT type, name, sql FROM sqlite_schema ORDER BY type, name)";

const COUNTERS = "SELECT sequencename, start_value, last_value FROM pg_sequences ORDER BY schemaname, sequencename";

/** All that the database is: its own program's words for the schema, and a hash of each table's rows. */
async function stateOf(engine: ImportEngine, { place, rows }: ImportWorld): Promise<unknown> {
  const isFile = engine.title === "SQLite";
  const [program, args] = isFile
    ? ([
        "sqlite3",
        [place, OBJECTS, "SELECT * FROM sqlite_sequence", "PRAGMA user_version", "PRAGMA application_id"],
      ] as const)
    : (["pg_dump", ["--schema-only", place]] as const);
  const { stdout } = await run(program, [...args]);
  await using tested = await testContext();
  const address = { engine: isFile ? "sqlite" : "postgres", name: "t", location: place };
  await using driver = await (isFile ? sqliteEngine : postgresEngine).open(address, tested.context);
  const schema = stdout.split("\n").filter((line) => !/^\\(?:un)?restrict /.test(line));
  const counters = isFile ? null : await rows(COUNTERS);
  return { schema: schema.join("\n"), counters, ...(await driver.fingerprint("hash")) };
}

describe.each(IMPORT_ENGINES)("$title", (engine) => {
  const filled = async (): Promise<ImportWorld> => {
    const world = await engine.open();
    await world.sql(...STATEMENTS[nameOf(engine)]);
    return world;
  };
  const empty = async (): Promise<ImportWorld> => {
    const world = await engine.open();
    if (engine.title === "SQLite") await writeFile(world.place, "");
    return world;
  };

  test.each([
    ["a folder of CSV", "out/", []],
    ["a folder of NDJSON", "out/", ["--format", "ndjson"]],
    ["an archive", "out.zip", ["--format", "json"]],
    ["a compressed archive", "out.tar.gz", ["--format", "tsv"]],
  ])("%s comes back as the same database", async (_, output, flags) => {
    await using source = await filled();
    await using target = await empty();
    const exported = await source.run(["export", "app", "-o", output, ...flags, "--json"]);
    expect([exported.exit, exported.json().error]).toEqual([0, null]);
    const { exit, json } = await target.import(`${source.folder}/${output}`, "app", "--create");
    expect([exit, json().error]).toEqual([0, null]);
    expect(json().data).toMatchObject({ import: { hasOwnSchema: true } });
    expect(await stateOf(engine, target)).toEqual(await stateOf(engine, source));
  });

  test("a schema that was changed is refused before anything is written", async () => {
    await using source = await filled();
    await using target = await empty();
    await source.run(["export", "app", "-o", "out/"]);
    const path = join(source.folder, "out", "schema.sql");
    await writeFile(path, (await readFile(path, "utf8")).replace("NOT NULL", "NOT  NULL"));
    const { exit, json } = await target.import(`${source.folder}/out`, "app", "--create");
    expect([exit, json().error?.code]).toEqual([10, "IMPORT.CHECKSUM_MISMATCH"]);
    const objects = { SQLite: "sqlite_schema", PostgreSQL: "pg_tables WHERE schemaname = 'public'" }[nameOf(engine)];
    expect(await target.rows(`SELECT * FROM ${objects}`)).toEqual([]);
  });
});

describe.each(IMPORT_ENGINES)("$title, killed in the middle", (engine) => {
  const KEY = { SQLite: "INTEGER PRIMARY KEY AUTOINCREMENT", PostgreSQL: "int PRIMARY KEY" } as const;
  const MANY = {
    SQLite:
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) INSERT INTO t SELECT i, 'text ' || i FROM n",
    PostgreSQL: "INSERT INTO t SELECT i, 'text ' || i FROM generate_series(1, 300000) AS i",
  };

  test("leaves nothing, and the same command does it", async () => {
    await using world = await engine.open();
    await using target = await engine.open();
    await world.sql(`CREATE TABLE t (id ${KEY[nameOf(engine)]}, name text NOT NULL)`, MANY[nameOf(engine)]);
    expect((await world.run(["export", "app", "-o", "out/"])).exit).toBe(0);
    const isFile = engine.title === "SQLite";
    const place = isFile ? join(world.folder, "new.db") : target.place;
    const command = ["import", "out/", place, "--create", "--lock-wait", "30s"];
    const killed = await startDbops(command, { cwd: world.folder });
    await killed.says("importing");
    await killed.kill();
    if (isFile) expect(await readdir(world.folder)).not.toContain("new.db");
    else expect(await target.rows("SELECT * FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    const again = await startDbops(command, { cwd: world.folder });
    expect(await again.ended).toMatchObject({ exit: 0 });
    expect(await stateOf(engine, { ...target, place })).toEqual(await stateOf(engine, world));
    expect((await readdir(world.folder)).filter((name) => name.includes("dbops-loading"))).toEqual([]);
  });
});

describe("a database file that is not there", () => {
  const [engine] = IMPORT_ENGINES;
  const exported = async (): Promise<ImportWorld> => {
    if (engine === undefined) throw new Error("no engine");
    const world = await engine.open();
    await world.sql(...SQLITE);
    await world.run(["export", "app", "-o", "out/"]);
    return world;
  };
  const filesOf = async ({ folder }: ImportWorld): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name.includes("new.db") && !name.includes("dbops-lock"));

  test("is made by --create, for its owner alone, and is the same database", async () => {
    await using world = await exported();
    const { exit, json } = await world.import("out/", "new.db", "--create");
    expect([exit, json().error]).toEqual([0, null]);
    const place = join(world.folder, "new.db");
    expect((await stat(place)).mode & 0o777).toBe(0o600);
    expect(await filesOf(world)).toEqual(["new.db"]);
    if (engine !== undefined) expect(await stateOf(engine, { ...world, place })).toEqual(await stateOf(engine, world));
  });

  test("takes the encoding of the export", async () => {
    await using world = await exported();
    sqlite(
      join(world.folder, "wide.db"),
      "PRAGMA encoding = 'UTF-16be'",
      "CREATE TABLE t (a, b)",
      "INSERT INTO t VALUES ('ü', 'x')",
    );
    await world.run(["export", "wide.db", "-o", "wide/"]);
    expect((await world.import("wide/", "new.db", "--create")).exit).toBe(0);
    const { stdout } = await run("sqlite3", [
      join(world.folder, "new.db"),
      "PRAGMA encoding",
      "SELECT hex(a), b FROM t",
    ]);
    expect(stdout).toBe("UTF-16be\n00FC|x\n");
  });

  test("full-text tables find what they found, whoever keeps their rows", async () => {
    await using world = await exported();
    sqlite(
      join(world.folder, "text.db"),
      "CREATE TABLE d (id INTEGER PRIMARY KEY, t TEXT)",
      "CREATE VIRTUAL TABLE of_d USING fts5(t, content=d, content_rowid=id)",
      "CREATE VIRTUAL TABLE own USING fts5(t)",
      "CREATE TRIGGER d_in AFTER INSERT ON d BEGIN INSERT INTO of_d (rowid, t) VALUES (new.id, new.t); END",
      "INSERT INTO d VALUES (5, 'quick fox'), (9, 'slow fox')",
      "INSERT INTO own VALUES ('lazy dog')",
    );
    await world.run(["export", "text.db", "-o", "text/"]);
    const { exit, json } = await world.import("text/", "new.db", "--create");
    expect([exit, json().error]).toEqual([0, null]);
    const found =
      "SELECT rowid, t FROM of_d WHERE of_d MATCH 'fox'; SELECT t FROM own WHERE own MATCH 'dog'; PRAGMA integrity_check";
    const { stdout } = await run("sqlite3", [join(world.folder, "new.db"), found]);
    expect(stdout).toBe("5|quick fox\n9|slow fox\nlazy dog\nok\n");
  });

  test("a column without a type keeps its numbers in every format; manifests that do not tell give text, with a warning", async () => {
    await using world = await exported();
    sqlite(
      join(world.folder, "bare.db"),
      "CREATE TABLE t (a, b INT, c BLOB, d)",
      "INSERT INTO t VALUES (5, 5, 1.0, '7'), (1.0, 2, 9223372036854775807, 'x'), (NULL, NULL, NULL, NULL)",
    );
    await world.run(["export", "bare.db", "-o", "csv/"]);
    await world.run(["export", "bare.db", "-o", "ndjson/", "--format", "ndjson"]);
    const manifest = await readFile(join(world.folder, "csv/manifest.json"), "utf8");
    expect(JSON.parse(manifest).tables[0].numbers).toEqual(["a", "c"]);
    const classes = async (name: string) =>
      (await run("sqlite3", [join(world.folder, name), "SELECT typeof(a), typeof(b), typeof(c), typeof(d) FROM t"]))
        .stdout;
    for (const [folder, flags] of [
      ["csv/", []],
      ["ndjson/", []],
      ["csv/", ["--tables", "t"]],
    ] as const) {
      const name = `told-${flags.length}-${folder.slice(0, -1)}.db`;
      const told = await world.import(folder, name, "--create", ...flags);
      expect([told.exit, told.json().warnings]).toEqual([0, []]);
      expect(await classes(name)).toBe(await classes("bare.db"));
    }
    const { tables, ...rest } = JSON.parse(manifest);
    const older = { ...rest, tables: tables.map(({ numbers: _, ...table }: { numbers: unknown }) => table) };
    await writeFile(join(world.folder, "csv/manifest.json"), JSON.stringify(older));
    const untold = await world.import("csv/", "untold.db", "--create");
    expect(untold.json().warnings).toEqual(
      ["t.a", "t.d"].map((word) => expect.stringContaining(`${word} has no type`)),
    );
    expect(await classes("untold.db")).toBe("text|integer|text|text\ntext|integer|text|text\nnull|null|null|null\n");
  });

  test.each([
    ["without --create", [], 6],
    ["in a dry run", ["--create", "--dry-run"], 0],
    ["in a check", ["--create", "--check"], 0],
    ["in a preview", ["--create", "--preview", "2"], 0],
    ["with --commit-every", ["--create", "--commit-every", "1"], 2],
  ])("%s nothing appears", async (_, flags, expected) => {
    await using world = await exported();
    const { exit } = await world.import("out/", "new.db", ...flags);
    expect([exit, await filesOf(world)]).toEqual([expected, []]);
  });

  test("one record that cannot be taken, and nothing appears", async () => {
    await using world = await exported();
    await world.sql("DROP TRIGGER shout", "PRAGMA foreign_keys = OFF; INSERT INTO child (p, n) VALUES ('nobody', 1)");
    await world.run(["export", "app", "-o", "broken/"]);
    const { exit, json } = await world.import("broken/", "new.db", "--create");
    expect([exit, json().error]).toMatchObject([
      11,
      {
        code: "IMPORT.REJECTED",
        message: expect.stringContaining("child.csv"),
        why: expect.stringContaining("FOREIGN KEY"),
      },
    ]);
    expect(await filesOf(world)).toEqual([]);
  });

  test("a log that would be taken for its own is not touched", async () => {
    await using world = await exported();
    await world.write("new.db-wal", "of another");
    const { exit, json } = await world.import("out/", "new.db", "--create");
    expect([exit, json().error?.code, await filesOf(world)]).toEqual([11, "OUTPUT.EXISTS", ["new.db-wal"]]);
  });
});

describe("what is not made by the export's own schema", () => {
  test.each([
    [
      "--tables",
      ["--tables", "parent,child,chicken,egg,by_index,to_index,without,strict"],
      "--tables asks for something else",
    ],
    ["--types", ["--types", "extra=TEXT"], "--types asks for something else"],
    ["--max-errors", ["--max-errors", "1"], "all or nothing"],
  ])("with %s, and the plan says why", async (_, flags, why) => {
    const [engine] = IMPORT_ENGINES;
    if (engine === undefined) throw new Error("no engine");
    await using world = await engine.open();
    const tables = [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, extra TEXT)",
      "CREATE TABLE c (id INTEGER PRIMARY KEY, extra TEXT)",
    ];
    await world.sql(...tables, "INSERT INTO p VALUES (1, 'x')");
    await world.run(["export", "app", "-o", "out/"]);
    const given = flags.map((flag) => (flag.startsWith("parent") ? "p,c" : flag));
    const { exit, stderr } = await world.run(["import", "out/", "new.db", "--create", ...given]);
    expect([exit, stderr]).toEqual([0, expect.stringContaining(why)]);
    const { stdout } = await run("sqlite3", [join(world.folder, "new.db"), "SELECT pk FROM pragma_table_info('p')"]);
    expect(stdout).toBe("0\n0\n");
  });

  test("when a part of a table was exported, or one of the tables is there", async () => {
    const [engine] = IMPORT_ENGINES;
    if (engine === undefined) throw new Error("no engine");
    await using world = await engine.open();
    await world.sql(
      "CREATE TABLE p (id INTEGER PRIMARY KEY)",
      "CREATE TABLE c (id INTEGER PRIMARY KEY)",
      "INSERT INTO p VALUES (1)",
    );
    await world.run(["export", "app", "-o", "part/", "--table", "p", "--where", "id = 1"]);
    await world.run(["export", "app", "-o", "out/"]);
    const part = await world.run(["import", "part/", "new.db", "--create", "--dry-run"]);
    expect(part.stderr).toContain("the export holds a part of p only");
    await world.sql("DROP TABLE c", "DELETE FROM p");
    const there = await world.run(["import", "out/", "app", "--create"]);
    expect(there.stderr).toContain("the export's own schema would make p too, which is there");
  });
});
