import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// Names that the database would change or take for one are refused before it sees them; commands to paste work as they stand.

describe.each(IMPORT_ENGINES)("$title", ({ title, integer, open }) => {
  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(`CREATE TABLE t (id ${integer})`);
    await world.write("x.csv", "id,name\n1,a\n");
    await work(world);
  };
  const refused = async (world: ImportWorld, argv: readonly string[]): Promise<readonly unknown[]> => {
    const { exit, json } = await world.import("x.csv", "app", "--create", ...argv);
    return [exit, json().error?.code, json().error?.message];
  };

  test("two columns of one name", () =>
    using(async (world) => {
      const message = expect.stringMatching(/two columns of x would both be called "name"/);
      expect(await refused(world, ["--map", "id=name"])).toEqual([2, "USAGE.INVALID", message]);
      const folded = await refused(world, ["--map", "id=NAME"]);
      expect(folded[0]).toBe(title === "SQLite" ? 2 : 0);
    }));

  test("types of columns that no table to be made has", () =>
    using(async (world) => {
      expect((await refused(world, ["--types", "nmae=text"])).slice(0, 2)).toEqual([2, "USAGE.INVALID"]);
      await world.write("both/x.csv", "a\n1\n");
      await world.write("both/t.csv", "id\n1\n");
      const { exit, json } = await world.import("both", "app", "--create", "--types", "id=text");
      expect([exit, json().error.message]).toEqual([2, expect.stringMatching(/"id", which no table to be made/)]);
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("names that are longer than the database keeps", () =>
    using(async (world) => {
      const exit = title === "SQLite" ? 0 : 2;
      for (const name of ["é".repeat(32), "n".repeat(64)]) {
        expect((await refused(world, ["--table", name]))[0]).toBe(exit);
        expect((await refused(world, ["--table", `x${name.length}`, "--map", `name=${name}`]))[0]).toBe(exit);
      }
      expect((await refused(world, ["--table", "n".repeat(63)]))[0]).toBe(0);
    }));

  test("the next command has the schema, and quotes", () =>
    using(async (world) => {
      const { stdout } = await world.run(["import", "x.csv", "app", "--create", "--table", "it's"]);
      expect(stdout).toContain("dbops info app --table 'it'\\''s'");
      const known = await world.run(["import", "x.csv", "app", "--table", "t", "--map", "name="]);
      expect(known.stdout).toContain(`dbops info app --table ${title === "SQLite" ? "t" : "public.t"}`);
    }));

  test("a check that finds nothing is good news", () =>
    using(async (world) => {
      const argv = ["import", "x.csv", "app", "--table", "t", "--map", "name="];
      const clean = await world.run([...argv, "--check"], { tty: 120 });
      expect(clean.stdout).toMatch(/✔ checked in .* every record would be taken/);
    }));
});
