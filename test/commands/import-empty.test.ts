import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// No record is no fault, where the table is there; to make a table, something must say its columns.

describe.each(IMPORT_ENGINES)("$title", ({ integer, open }) => {
  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(`CREATE TABLE e (id ${integer} PRIMARY KEY, name text NOT NULL)`);
    await world.sql(`CREATE TABLE f (id ${integer})`, "INSERT INTO e VALUES (1, 'a')");
    await work(world);
  };

  test.each([
    ["e.json", "[]"],
    ["e.ndjson", ""],
    ["e.ndjson", "\n"],
    ["several.json", '{"e": [], "f": [{"id": 5}]}'],
  ])("%s: %j", (name, content) =>
    using(async (world) => {
      await world.write(name, content);
      for (const mode of ["insert", "upsert", "ignore"]) {
        const table = name === "several.json" && mode === "upsert" ? ["--tables", "e"] : [];
        const { exit, json } = await world.import(name, "app", "--mode", mode, ...table);
        expect([mode, exit, json().error]).toEqual([mode, 0, null]);
        const counts = json().data.import.tables.find((one: { name: string }) => one.name === "e").counts;
        expect(counts).toMatchObject({ read: 0, inserted: 0, rejected: 0, attempted: 0 });
      }
      const emptied = await world.import(name, "app", "--tables", "e", "--mode", "truncate", "--confirm", "app");
      expect([emptied.exit, await world.rows("SELECT * FROM e")]).toEqual([0, []]);
    }),
  );

  test.each(["[]", "[{}]"])("%s makes no table", (content) =>
    using(async (world) => {
      await world.write("new.json", content);
      const { exit, json } = await world.import("new.json", "app", "--create");
      expect([exit, json().error.message]).toEqual([2, expect.stringMatching(/^new cannot be made: .*new\.json/)]);
    }),
  );

  test("a record without a field is not taken, and is not lost", () =>
    using(async (world) => {
      await world.write("f.json", "[{}, {}]");
      const { exit, json } = await world.import("f.json", "app");
      expect([exit, json().data.import.rejects]).toMatchObject([
        11,
        [{ place: 1, reason: "it has no field for the table" }, {}],
      ]);
    }));
});
