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
