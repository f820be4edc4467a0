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
