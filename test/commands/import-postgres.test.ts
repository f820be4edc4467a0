import { expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// What only a server knows: keys named in the details of its errors, deferred constraints, arrays, sequences.

async function using(statements: readonly string[], work: (world: ImportWorld) => Promise<void>): Promise<void> {
  const engine = IMPORT_ENGINES.find(({ title }) => title === "PostgreSQL");
  if (engine === undefined) throw new Error("no server");
  await using world = await engine.open();
  await world.sql(...statements);
  await work(world);
}

test.each(["upsert", "ignore"])("%s: a reject names the table's column and the record's value", (mode) =>
  using(
    ["CREATE TABLE t (record int PRIMARY KEY, c0 text, round int)", "INSERT INTO t VALUES (1, 'a', 1)"],
    async (world) => {
      await world.write("t.csv", "c0,record,round\nx,1,1\ny,2,two\nz,3,3\n");
      const { exit, json } = await world.import("t.csv", "app", "--mode", mode);
      expect([exit, json().data.import.rejects]).toMatchObject([11, [{ place: 3, column: "round", value: "two" }]]);
      await world.write("t.csv", "c0,record,round\nx,1,1\ny,2,2\ny,2,3\n");
      const { counts } = (await world.import("t.csv", "app", "--mode", mode)).json().data.import.tables[0];
      expect(counts).toMatchObject({ read: 3, inserted: 1 });
    },
  ),
);

test("a key that is there, or leads nowhere, is named with its value", () =>
  using(
    [
      "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1)",
      'CREATE TABLE t (id int, "the p" int REFERENCES p, a int UNIQUE, b int, c int, UNIQUE (b, c))',
    ],
    async (world) => {
      const rejectsOf = async (line: string, ...flags: readonly string[]): Promise<unknown> => {
        await world.write("t.csv", `id,the p,a,b,c\n1,1,1,1,1\n${line}\n`);
        return (await world.import("t.csv", "app", ...flags)).json().data.import.rejects;
      };
      for (const flags of [[], ["--max-errors", "1"], ["--mode", "upsert", "--map", "b=", "--check"]]) {
        expect(await rejectsOf("2,99,2,2,2", ...flags)).toMatchObject([{ place: 3, column: "the p", value: "99" }]);
      }
      await world.sql("DELETE FROM t");
      expect(await rejectsOf("2,1,1,2,2")).toMatchObject([{ column: "a", value: "1" }]);
      const both = { column: "b, c", reason: expect.stringContaining("(b, c)=(1, 1)") };
      expect(await rejectsOf("2,1,2,1,1")).toMatchObject([both]);
    },
  ));

const CYCLE = (ofA: string, ofB: string): readonly string[] => [
  "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int)",
  `ALTER TABLE a ADD CONSTRAINT a_to_b FOREIGN KEY (b) REFERENCES b ${ofA}`,
  `ALTER TABLE b ADD CONSTRAINT b_to_a FOREIGN KEY (a) REFERENCES a ${ofB}`,
];

test.each([
  ["DEFERRABLE", "DEFERRABLE"],
  ["", "DEFERRABLE"],
  ["DEFERRABLE INITIALLY DEFERRED", ""],
])("tables that refer to each other: %j and %j", (ofA, ofB) =>
  using(CYCLE(ofA, ofB), async (world) => {
    await world.write("data/a.csv", "id,b\n1,1\n2,2\n3,1\n");
    await world.write("data/b.csv", "id,a\n1,2\n2,1\n");
    for (const flags of [[], ["--max-errors", "1"]]) {
      const { exit, json } = await world.import("data", "app", ...flags);
      expect([exit, json().error]).toEqual([0, null]);
      expect(json().data.import.tables.map(({ counts }: { counts: unknown }) => counts)).toEqual(
        expect.arrayContaining([expect.objectContaining({ inserted: 3 }), expect.objectContaining({ inserted: 2 })]),
      );
      await world.sql(
        "BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE a SET b = NULL; DELETE FROM b; DELETE FROM a; COMMIT",
      );
    }
  }),
);

test("tables that refer to each other: a record that leads nowhere is named, and taken out", () =>
  using(CYCLE("DEFERRABLE", "DEFERRABLE"), async (world) => {
    await world.write("data/a.csv", "id,b\n1,1\n2,99\n3,2\n");
    await world.write("data/b.csv", "id,a\n1,1\n2,3\n3,2\n");
    const strict = await world.import("data", "app");
    expect([strict.exit, strict.json().data.import.rejects[0]]).toMatchObject([
      11,
      { place: 3, column: "b", value: "99" },
    ]);
    const { exit, json } = await world.import("data", "app", "--max-errors", "5");
    expect([exit, json().data.import.rejects]).toMatchObject([
      5,
      [
        { place: 3, value: "99" },
        { place: 4, value: "2" },
      ],
    ]);
    expect(await world.rows("SELECT id FROM a UNION ALL SELECT id FROM b")).toHaveLength(4);
  }));

test("tables that refer to each other by constraints which cannot wait: these are named, and no record", () =>
  using(CYCLE("", ""), async (world) => {
    await world.write("data/a.csv", "id,b\n1,1\n");
    await world.write("data/b.csv", "id,a\n1,1\n");
    for (const flags of [[], ["--max-errors", "5"]]) {
      const { exit, json } = await world.import("data", "app", ...flags);
      expect([exit, json().error.why]).toEqual([
        11,
        expect.stringMatching(/a_to_b of public\.a and b_to_a of public\.b/),
      ]);
      expect(json().error.message).not.toMatch(/line/);
    }
    expect(await world.rows("SELECT id FROM a")).toEqual([]);
  }));

test.each(["out/", "t.json"])("arrays come back from an export to %s as they were", (output) =>
  using(
    [
      "CREATE DOMAIN words AS text[]; CREATE DOMAIN word AS text; CREATE TYPE pair AS (a int, b text)",
      `CREATE TABLE t (id int, i bigint[], n numeric[], f float8[], x words, w word[], b bytea[], t bool[], j jsonb[], p box[],
                       d timestamptz[], c varchar(3)[][])`,
      `INSERT INTO t VALUES
         (1, '{9007199254740993,NULL}', '{1.10,1e-20}', '{NaN,Infinity,0.1}', ARRAY['a"b', 'c\\d', 'NULL', NULL, '', '{,}', 'é😀	'], '{x}',
          '{"\\\\x00ff","\\\\x",NULL}', '{t,f,NULL}', ARRAY['{"a": [1, "]"]}', '"x\\"y"', '1.0']::jsonb[], '{(1,2),(0,0);(3,4),(1,1)}',
          '{2024-01-02 03:04:05.678+00}', '{{a,b},{c,NULL}}'),
         (2, '{}', '{{1,2},{3,4}}', NULL, '[0:1]={a,b}', NULL, NULL, NULL, '{}', NULL, NULL, '{}')`,
    ],
    async (world) => {
      const all = "SELECT t::text AS row FROM t ORDER BY id";
      const before = await world.rows(all);
      expect(
        (await world.run(["export", "app", "-o", output, "--format", output === "out/" ? "ndjson" : "json"])).exit,
      ).toBe(0);
      for (const mode of ["truncate", "insert"]) {
        await world.sql("DELETE FROM t");
        const { exit, json } = await world.import(output, "app", "--mode", mode, "--confirm", "app");
        expect([exit, json().error]).toEqual([0, null]);
        expect(await world.rows(all)).toEqual(before);
      }
    },
  ),
);

test("JSON that is none of an array's or a composite's values is a reject that says so", () =>
  using(
    [
      "CREATE TYPE pair AS (a int, b text)",
      "CREATE TABLE t (id int, a int[], j jsonb[], p pair, ps pair[], b bytea[])",
    ],
    async (world) => {
      const tries = [
        ['"a":{"x":1}', /an object goes into no array/],
        ['"a":[{"x":1}]', /array of json or jsonb only/],
        ['"a":[1.5]', /integer/],
        ['"j":[[1]]', /element or a dimension/],
        ['"p":{"a":1,"b":"x"}', /composite/],
        ['"ps":[{"a":1,"b":"x"}]', /array of json or jsonb only/],
      ] as const;
      for (const [field, reason] of tries) {
        await world.write("t.ndjson", `{"id":1,${field}}\n`);
        const { exit, json } = await world.import("t.ndjson", "app");
        expect([exit, json().error.why]).toEqual([11, expect.stringMatching(reason)]);
      }
      await world.write("t.ndjson", '{"id":1,"b":[{"$base64":true,"encoded":"AP8="}, "\\\\x01"]}\n');
      expect((await world.import("t.ndjson", "app")).exit).toBe(0);
      expect(await world.rows("SELECT b::text AS b FROM t")).toEqual([{ b: String.raw`{"\\x00ff","\\x01"}` }]);
    },
  ));

test("a whole number of JSON is one however it is written", () =>
  using(["CREATE DOMAIN count AS bigint; CREATE TABLE t (i int, c count, n numeric)"], async (world) => {
    await world.write(
      "t.ndjson",
      '{"i":1.0,"c":1e2,"n":1.0}\n{"i":-12.50e1,"c":900719925474099300e-2,"n":1e2}\n{"i":0.0,"c":-0}\n',
    );
    expect((await world.import("t.ndjson", "app")).json().error).toBe(null);
    expect(await world.rows("SELECT concat_ws(' ', i, c, n) AS r FROM t")).toEqual(
      ["1 100 1.0", "-125 9007199254740993 100", "0 0"].map((r) => ({ r })),
    );
    await world.write("t.ndjson", '{"i":1.5}\n');
    expect((await world.import("t.ndjson", "app")).json().data.import.rejects).toMatchObject([
      { column: "i", value: "1.5" },
    ]);
  }));

test("a record beyond the end of a sequence is taken; the sequence stays, and it is said", () =>
  using(
    [
      "CREATE TABLE t (id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (MAXVALUE 100), n serial)",
      "ALTER TABLE t ALTER n TYPE numeric",
    ],
    async (world) => {
      await world.write("t.csv", "id,n\n1,7\n101,3000000000\n");
      const { exit, json } = await world.import("t.csv", "app");
      expect([exit, json().warnings.join("\n")]).toEqual([0, expect.stringMatching(/t\.id: .*101 .*MAXVALUE 100/)]);
      expect(json().warnings.join("\n")).toMatch(/t\.n: .*3000000000 .*MAXVALUE 2147483647/);
      expect(await world.rows("SELECT nextval(pg_get_serial_sequence('t', 'id'))::int AS next")).toEqual([{ next: 1 }]);
    },
  ));

test("a key whose check can wait tells no rows apart: upsert takes another one, or says so", () =>
  using(
    ["CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, code text, v int)", "INSERT INTO t VALUES (1, 'a', 1)"],
    async (world) => {
      await world.write("t.csv", "id,code,v\n1,a,2\n");
      for (const mode of ["upsert", "ignore"]) {
        const { exit, json } = await world.import("t.csv", "app", "--mode", mode);
        expect([exit, json().error.why]).toEqual([2, expect.stringMatching(/t_pkey .*DEFERRABLE/)]);
      }
      await world.sql("CREATE UNIQUE INDEX by_code ON t (code)");
      expect((await world.import("t.csv", "app", "--mode", "upsert")).exit).toBe(0);
      expect(await world.rows("SELECT v FROM t")).toEqual([{ v: 2 }]);
    },
  ));

test("a table that others refer to: what was to be done to it is said, and who they are", () =>
  using(
    [
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE c (t int REFERENCES t); INSERT INTO t VALUES (1); INSERT INTO c VALUES (1)",
      "CREATE VIEW v AS SELECT * FROM t",
    ],
    async (world) => {
      await world.write("t.csv", "id\n2\n");
      const errorOf = async (mode: string) =>
        (await world.import("t.csv", "app", "--mode", mode, "--confirm", "app")).json().error;
      expect(await errorOf("truncate")).toMatchObject({
        message: "cannot empty public.t",
        why: expect.stringMatching(/foreign key constraint "c_t_fkey" on table "c"/),
      });
      expect(await errorOf("replace")).toMatchObject({
        message: "cannot replace public.t: others depend on it",
        why: "constraint c_t_fkey on table c depends on table t, view v depends on table t",
      });
    },
  ));

test("truncate of a table that rows refer to by a constraint which can wait: they find their rows again", () =>
  using(
    [
      "CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE c (t int REFERENCES t DEFERRABLE)",
      "INSERT INTO t VALUES (1, 1), (2, 2); INSERT INTO c VALUES (2)",
    ],
    async (world) => {
      const truncate = (...flags: readonly string[]) =>
        world.import("t.csv", "app", "--mode", "truncate", "--confirm", "app", ...flags);
      await world.write("t.csv", "id,v\n2,3\n3,x\n");
      const strict = await truncate();
      expect([strict.exit, strict.json().data.import.rejects]).toMatchObject([11, [{ place: 3, column: "v" }]]);
      expect((await truncate("--max-errors", "1")).exit).toBe(5);
      expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 2, v: 3 }]);
      await world.write("t.csv", "id,v\n2,4\n");
      expect((await truncate()).exit).toBe(0);
      await world.write("t.csv", "id,v\n3,4\n");
      for (const flags of [[], ["--max-errors", "1"]]) {
        const { exit, json } = await truncate(...flags);
        expect([exit, json().error.why]).toEqual([11, expect.stringMatching(/foreign key constraint "c_t_fkey"/)]);
      }
      expect(await world.rows("SELECT * FROM t")).toEqual([{ id: 2, v: 4 }]);
    },
  ));
