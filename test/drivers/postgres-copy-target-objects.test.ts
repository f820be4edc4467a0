import { expect, test } from "vitest";
import type { SourceColumn } from "#dbops/drivers/copy-source-model.js";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import {
  checkpoint,
  column,
  design,
  loadWhole,
  readAll,
  rows,
  table,
  targetWorld,
} from "../support/copy-target-world.js";

const LONG = "ä".repeat(31);

test("keys, indexes, checks, defaults and comments as they were designed", async () => {
  await using world = await targetWorld();
  const t = table(
    'a"; drop table x;--',
    [
      column("id", "integer", { isNullable: false }),
      column('Größe"', "text", { isNullable: false, defaultSql: "'it''s'", comment: "it's" }),
      column(LONG, "boolean", { defaultSql: "false" }),
      column("twice", "integer", { generatedSql: "id * 2" }),
    ],
    {
      primaryKey: { name: `pk_${LONG}`.slice(0, 33), columns: ["id"] },
      uniques: [{ name: 'u"', columns: ['Größe"', LONG], isDeferrable: true }],
      indexes: [
        {
          name: "nocase",
          isUnique: true,
          parts: [{ term: { kind: "column", name: 'Größe"' }, isDescending: false, ignoresCase: true }],
          where: null,
        },
        {
          name: "part",
          isUnique: false,
          parts: [
            { term: { kind: "expression", sql: "id % 7" }, isDescending: true, ignoresCase: false },
            { term: { kind: "column", name: "id" }, isDescending: false, ignoresCase: false },
          ],
          where: "id > 0",
        },
      ],
      checks: [
        { name: "positive", sql: "id > 0" },
        { name: null, sql: 'length("Größe""") < 9' },
      ],
      comment: "a table",
    },
  );
  const plan = design([t], { sequences: [{ name: { schema: "public", name: "free" }, next: 7n, step: -2n }] });
  await using target = await world.target();
  await target.create(plan);
  await loadWhole(target, t, "1\tx\tt", "2\ty\t\\N");
  expect(await target.finish(plan)).toEqual([]);
  // A second time nothing is missing.
  expect(await target.finish(plan)).toEqual([]);
  expect(await readAll(target, t)).toBe("1\tx\tt\t2\n2\ty\t\\N\t4\n");
  await target.publish(plan);
  const constraints = await world.database.sql(
    "SELECT pg_get_constraintdef(oid) AS sql FROM pg_constraint WHERE conrelid = $1::regclass ORDER BY 1",
    ['"a""; drop table x;--"'],
  );
  expect(constraints.map(({ sql }) => sql)).toEqual([
    "CHECK ((id > 0))",
    'CHECK ((length("Größe""") < 9))',
    "PRIMARY KEY (id)",
    `UNIQUE ("Größe""", "${LONG}") DEFERRABLE`,
  ]);
  const indexes = await world.database.sql(
    "SELECT indexdef AS sql FROM pg_indexes WHERE indexname IN ('nocase', 'part') ORDER BY 1",
  );
  expect(indexes.map(({ sql }) => String(sql).replace(/^.*USING /, ""))).toEqual([
    "btree (((id % (7)::bigint)) DESC, id) WHERE (id > 0)",
    'btree (lower(("Größe""" COLLATE "C")))',
  ]);
  await world.database.sql('INSERT INTO "a""; drop table x;--" (id) VALUES (5)');
  expect(await world.database.sql('SELECT * FROM "a""; drop table x;--" WHERE id = 5')).toEqual([
    { id: "5", 'Größe"': "it's", [LONG]: false, twice: "10" },
  ]);
  expect(await world.database.sql("SELECT nextval('free')::int AS a, nextval('free')::int AS b")).toEqual([
    { a: 7, b: 5 },
  ]);
  expect(
    await world.database.sql(
      "SELECT description AS d FROM pg_description WHERE objoid = $1::regclass ORDER BY objsubid",
      ['"a""; drop table x;--"'],
    ),
  ).toEqual([{ d: "a table" }, { d: "it's" }]);
});

test("what the rows do not bear is left behind with the server's words, the primary key is not", async () => {
  await using world = await targetWorld();
  const child = table("child", [column("id", "integer"), column("n", "integer")], {
    uniques: [{ name: "once", columns: ["n"], isDeferrable: false }],
    indexes: [
      {
        name: "broken",
        isUnique: false,
        parts: [{ term: { kind: "expression", sql: "1 / n" }, isDescending: false, ignoresCase: false }],
        where: null,
      },
    ],
    checks: [
      { name: "good", sql: "id > 0" },
      { name: "bad", sql: "n > 0" },
    ],
    foreignKeys: [true, false].map((isValidated) => ({
      name: isValidated ? "strict" : "loose",
      columns: ["n"],
      references: { table: { schema: "public", name: "child" }, columns: ["id"] },
      onDelete: "set null",
      onUpdate: "no action",
      isDeferrable: false,
      isInitiallyDeferred: false,
      isValidated,
    })),
  });
  const plan = design([child]);
  await using target = await world.target();
  await target.create(plan);
  await loadWhole(target, child, "1\t0", "2\t0");
  const left = await target.finish(plan);
  expect(left.map(({ kind, name, reason }) => [kind, name, reason.slice(0, 40)])).toEqual([
    ["indexes", "child.once", 'could not create unique index "once"; Ke'],
    ["checks", "child.bad", 'check constraint "bad" of relation "chil'],
    ["indexes", "child.broken", "division by zero (SQLSTATE 22012)"],
    ["foreign-keys", "child.strict", 'insert or update on table "child" violat'],
  ]);
  await target.publish(plan);
  expect(
    await world.database.sql(
      "SELECT conname AS name, convalidated AS ok FROM pg_constraint WHERE conrelid = 'child'::regclass ORDER BY 1",
    ),
  ).toEqual([
    { name: "child_pkey", ok: true },
    { name: "good", ok: true },
    { name: "loose", ok: false },
  ]);
});

test("rows without a proper primary key are refused", async () => {
  await using world = await targetWorld();
  const t = table("t", [column("id", "integer")]);
  await using target = await world.target();
  await target.create(design([t]));
  await loadWhole(target, t, "1", "1");
  await expect(target.finish(design([t]))).rejects.toMatchObject({
    code: "COPY.REFUSED",
    message: "public.t does not take its primary key (id)",
    why: expect.stringContaining("Key (id)=(1) is duplicated"),
  });
});

test("a column whose expression the server does not take is there without it, and said", async () => {
  await using world = await targetWorld();
  const t = table("t", [
    column("id", "integer"),
    column("at", "text", { generatedSql: "now()::text", isNullable: false }),
    column("y", "integer"),
  ]);
  await using target = await world.target();
  await target.create(design([t]));
  expect(world.tested.notices).toEqual([
    "public.t computes nothing: the server does not take its expressions: generation expression is not immutable (SQLSTATE 42P17)",
  ]);
  await loadWhole(target, t, "1\t5");
  expect(await readAll(target, t)).toBe("1\t\\N\t5\n");
});

test("a table that does not take its key ends the loads of others", async () => {
  await using world = await targetWorld();
  const t = table("t", [column("id", "integer")]);
  const u = table("u", [column("id", "integer")]);
  await using target = await world.target();
  await target.create(design([t, u]));
  await loadWhole(target, t, "1", "1");
  await using load = await target.load(u, 0);
  const goOn = async () => {
    for (let chunk = 0; ; chunk += 1) {
      await load.add(rows(String(chunk)));
      await load.commit(checkpoint(u, chunk, { lastKey: String(chunk), isLast: false }));
    }
  };
  await expect(goOn()).rejects.toMatchObject({
    code: "COPY.REFUSED",
    message: expect.stringContaining("public.t does not take"),
  });
});

test("numbering goes on behind what the source has given, and behind what is there", async () => {
  await using world = await targetWorld();
  const counted = (name: string, next: bigint, isAlways = false) =>
    table(name, [column("id", "integer", { identity: { next, isMonotonic: true, isAlways } }), column("x", "text")]);
  const tables = [counted("fresh", 1n), counted("ahead", 100n), counted("behind", 2n, true), counted("below", 1n)];
  await using target = await world.target();
  await target.create(design(tables));
  for (const each of tables.slice(1, 3)) await loadWhole(target, each, "50\ta");
  await loadWhole(target, counted("fresh", 1n));
  await loadWhole(target, counted("below", 1n), "-5\ta");
  await target.finish(design(tables));
  await target.publish(design(tables));
  const next = async (name: string) =>
    await world.database.sql(`INSERT INTO ${name} (x) VALUES ('b') RETURNING id::int`);
  expect(await next("fresh")).toEqual([{ id: 1 }]);
  expect(await next("ahead")).toEqual([{ id: 100 }]);
  expect(await next("behind")).toEqual([{ id: 51 }]);
  expect(await next("below")).toEqual([{ id: 1 }]);
  await expect(world.database.sql("INSERT INTO behind VALUES (1, 'x')")).rejects.toThrow(/non-DEFAULT/);
});

test("an enum is a type beside its table", async () => {
  await using world = await targetWorld();
  const type: CopyType = { kind: "enum", name: { schema: null, name: "Mo'od" }, values: ["it's", "ok"] };
  const t = table("t", [column("id", "integer"), column("mood", "text", { type, native: '"Mo\'od"' })]);
  await using target = await world.target();
  expect(target.typeFor(type, source())).toMatchObject({ native: '"Mo\'od"', stored: null });
  await target.create(design([t]));
  await loadWhole(target, t, "1\tit's");
  await target.finish(design([t]));
  await target.publish(design([t]));
  expect(await world.database.sql("SELECT mood, pg_typeof(mood)::text AS type FROM t WHERE mood < 'ok'")).toEqual([
    { mood: "it's", type: '"Mo\'od"' },
  ]);
});

test("types by name: the server's own, with their modifiers, or text", async () => {
  await using world = await targetWorld();
  await world.database.sql(
    "CREATE DOMAIN percent AS int; CREATE SCHEMA other; CREATE TYPE other.pair AS (a int, b int)",
  );
  await using target = await world.target();
  const native = (type: CopyType) => target.typeFor(type, source()).native;
  const foreign = (name: string) => native({ kind: "foreign", name });
  expect(native({ kind: "integer", bits: 16 })).toBe("smallint");
  expect(native({ kind: "numeric", precision: 10, scale: 2 })).toBe("numeric(10,2)");
  expect(native({ kind: "numeric", precision: 10, scale: null })).toBe("numeric");
  expect(native({ kind: "numeric", precision: 2000, scale: 2 })).toBe("numeric");
  expect(native({ kind: "single" })).toBe("real");
  const known = [
    "inet",
    "integer[]",
    "character varying(20)[]",
    "timestamp(3) without time zone",
    "interval day to second",
    "point",
    "int4range",
  ];
  for (const name of known) expect(foreign(name)).toBe(name);
  expect(foreign("percent")).toBe("public.percent");
  expect(foreign("other.pair[]")).toBe("other.pair[]");
  expect(target.typeFor({ kind: "foreign", name: "geometry(Point,4326)" }, source())).toMatchObject({
    native: "text",
    warning: "the server has no type geometry(Point,4326): its values become text",
  });
  expect(target.typeFor({ kind: "text" }, { ...source(), ignoresCase: true }).warning).toMatch(/ON CONFLICT/);
  const t = table(
    "t",
    known.map((name, index) => column(`c${index}`, "text", { type: { kind: "foreign", name }, native: foreign(name) })),
  );
  await target.create(design([t]));
});

test("a table's own definition: its keys and references come after the rows", async () => {
  await using world = await targetWorld();
  const definition = `CREATE TYPE mood AS ENUM ('a;b', 'c');
    CREATE TABLE kept (id integer NOT NULL, m mood DEFAULT 'c'::mood, up integer);
    ALTER TABLE kept ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME kept_id_seq START WITH 5);
    ALTER TABLE ONLY kept ADD CONSTRAINT kept_pk PRIMARY KEY (id);
    ALTER TABLE ONLY kept ADD CONSTRAINT kept_up FOREIGN KEY (up) REFERENCES kept(id);
    CREATE INDEX kept_m ON kept USING btree (m);
    COMMENT ON COLUMN kept.m IS 'a; b'`;
  const kept = table(
    "kept",
    [
      column("id", "integer", { identity: { next: 9n, isMonotonic: true, isAlways: false } }),
      column("m", "text"),
      column("up", "integer"),
    ],
    { definition },
  );
  const other = table("other", [column("m", "text")], {
    definition: "CREATE TYPE mood AS ENUM ('a;b', 'c'); CREATE TABLE other (m mood)",
  });
  const plan = design([kept, other], {
    returning: [
      { kind: "view", name: "seen", schema: null, sql: "CREATE VIEW seen AS SELECT id FROM kept" },
      {
        kind: "other",
        name: "f",
        schema: null,
        sql: "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.up := NULL; RETURN NEW; END $$",
      },
      {
        kind: "trigger",
        name: "tr",
        schema: null,
        sql: "CREATE TRIGGER tr BEFORE INSERT ON kept FOR EACH ROW EXECUTE FUNCTION f()",
      },
      { kind: "view", name: "gone", schema: null, sql: "CREATE VIEW gone AS SELECT nothing FROM kept" },
    ],
  });
  await using target = await world.target();
  await target.create(plan);
  await loadWhole(target, kept, "2\ta;b\t1", "1\tc\t\\N");
  await loadWhole(target, other, "c");
  const left = [["views", "gone", 'column "nothing" does not exist (SQLSTATE 42703)']];
  for (let time = 0; time < 2; time += 1) {
    expect((await target.finish(plan)).map(({ kind, name, reason }) => [kind, name, reason])).toEqual(left);
  }
  await target.publish(plan);
  expect(await world.database.sql("INSERT INTO kept (up) VALUES (1) RETURNING id, m::text, up")).toEqual([
    { id: 9, m: "c", up: null },
  ]);
  expect(await world.database.sql("SELECT count(*)::int AS n FROM seen")).toEqual([{ n: 3 }]);
  expect(
    await world.database.sql("SELECT conname AS name FROM pg_constraint WHERE conrelid = 'kept'::regclass ORDER BY 1"),
  ).toEqual([{ name: "kept_pk" }, { name: "kept_up" }]);
});

test("numbering of the server's own: steps and bounds are kept", async () => {
  await using world = await targetWorld();
  const made = (name: string, options: string, next: bigint) =>
    table(
      name,
      [column("id", "integer", { identity: { next, isMonotonic: true, isAlways: false } }), column("x", "text")],
      {
        definition: `CREATE SEQUENCE ${name}_n ${options}; CREATE TABLE ${name} (id bigint DEFAULT nextval('${name}_n'), x text);
        ALTER SEQUENCE ${name}_n OWNED BY ${name}.id`,
      },
    );
  const tables = [
    made("tens", "INCREMENT 10 START 1", 21n),
    made("down", "INCREMENT -1", -7n),
    made("ended", "MAXVALUE 9", 10n),
  ];
  await using target = await world.target();
  await target.create(design(tables));
  for (const each of tables) await loadWhole(target, each, "-3\ta");
  await target.finish(design(tables));
  await target.publish(design(tables));
  const next = async (name: string) =>
    await world.database.sql(`INSERT INTO ${name} (x) VALUES ('b') RETURNING id::int`);
  expect(await next("tens")).toEqual([{ id: 21 }]);
  expect(await next("down")).toEqual([{ id: -7 }]);
  await expect(next("ended")).rejects.toThrow(/reached maximum value/);
});

test("a view is made over the hidden tables and goes with them", async () => {
  await using world = await targetWorld();
  const t = table("t", [column("id", "integer"), column("x", "text")]);
  await using target = await world.target();
  await target.create(design([t]));
  await loadWhole(target, t, "1\ta");
  await target.finish(design([t]));
  const view = { schema: "public", name: "v" };
  const columns = [
    { name: "x", type: { kind: "text" }, stored: null, misfit: "fail" },
    { name: "n", type: { kind: "integer", bits: 64 }, stored: null, misfit: "fail" },
    { name: "at", type: { kind: "foreign", name: "inet" }, stored: null, misfit: "fail" },
  ];
  expect(await target.addView(view, "SELECT x, count(*) AS n, NULL::inet AS at FROM t GROUP BY x")).toEqual({
    columns,
  });
  expect(await target.addView({ schema: "public", name: "w" }, "SELECT y FROM t")).toEqual({
    reason: 'column "y" does not exist (SQLSTATE 42703)',
  });
  expect(await target.query("SELECT x, n FROM v")).toEqual([["a", "1"]]);
  await target.addView({ schema: "public", name: "u" }, "SELECT 1 AS one FROM v");
  await target.dropView({ schema: "public", name: "u" });
  await target.publish(design([t]));
  expect(await world.database.sql("SELECT x, n::int FROM v")).toEqual([{ x: "a", n: 1 }]);
  expect(await world.database.sql("SELECT viewname AS v FROM pg_views WHERE schemaname = 'public'")).toEqual([
    { v: "v" },
  ]);
});

test("the source's expressions are written in the server's words, over tables as they are called while hidden", async () => {
  await using world = await targetWorld();
  await using target = await world.target();
  const found = { type: { kind: "text" }, stored: null, sourceStored: null, ignoresCase: false } as const;
  const scope = {
    column: (name: string) => ({ ...found, name }),
    relation: ({ name }: { name: string }) => ({ schema: name === "far" ? "elsewhere" : "public", name }),
  };
  const x = { kind: "column", name: "x", table: null } as const;
  expect(target.express({ kind: "isNull", operand: x, isNegated: false }, scope, null)).toEqual({
    isExpressed: true,
    sql: '("x" IS NULL)',
  });
  const select = (name: string) =>
    target.expressSelect(
      {
        isDistinct: false,
        columns: [{ expression: { ...x, table: name }, name: "x" }],
        from: [{ schema: null, name, alias: null, join: null }],
        where: null,
        groupBy: [],
        having: null,
        orderBy: [],
      },
      scope,
    );
  expect(select("near")).toMatchObject({ sql: expect.stringMatching(/FROM "near"/) });
  expect(select("far")).toMatchObject({ sql: expect.stringMatching(/FROM "dbops_copy_[^"]*_elsewhere"\."far"/) });
});

test("where the copy came from is written beside it", async () => {
  await using world = await targetWorld();
  const t = table("t", [column("id", "integer")]);
  const entry = {
    version: 1,
    engine: "x",
    kind: "column",
    table: t.name,
    name: "id",
    definition: "int",
    stored: '{"a":1}',
    becameType: "bigint",
  } as const;
  const plan = design([t], {
    origin: [entry, { ...entry, kind: "trigger", table: null, stored: null, becameType: null }],
  });
  await using target = await world.target();
  await target.create(plan);
  await loadWhole(target, t);
  await target.finish(plan);
  await target.publish(plan);
  const facts = { version: 1, engine: "x", name: "id", definition: "int" };
  expect(await world.database.sql("SELECT * FROM dbops_origin")).toEqual([
    { ...facts, kind: "column", table_schema: "public", table_name: "t", stored: '{"a":1}', became_type: "bigint" },
    { ...facts, kind: "trigger", table_schema: null, table_name: null, stored: null, became_type: null },
  ]);
});

function source(): SourceColumn {
  return {
    name: "c",
    declared: "",
    type: { kind: "text" },
    stored: null,
    evidence: "",
    flag: null,
    warning: null,
    isNullable: true,
    default: null,
    generated: null,
    identity: null,
    ignoresCase: false,
    comment: null,
  };
}
