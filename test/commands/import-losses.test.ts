import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// Who consents to a mode that destroys sees what goes: rows as they are now, what they take with them, what a table loses.

describe.each(IMPORT_ENGINES)("$title", ({ title, integer, open }) => {
  const TREE = [
    `CREATE TABLE t (id ${integer} PRIMARY KEY, name text NOT NULL DEFAULT 'x', CHECK (id > 0))`,
    `CREATE TABLE child (id ${integer} PRIMARY KEY, t ${integer} REFERENCES t (id) ON DELETE CASCADE)`,
    `CREATE TABLE grandchild (id ${integer} PRIMARY KEY, c ${integer} REFERENCES child (id) ON DELETE CASCADE)`,
    `CREATE TABLE note (id ${integer} PRIMARY KEY, g ${integer} REFERENCES grandchild (id) ON DELETE SET NULL)`,
    `CREATE TABLE apart (id ${integer} PRIMARY KEY, n ${integer} REFERENCES note (id) ON DELETE CASCADE)`,
    "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    "INSERT INTO child VALUES (1, 1), (2, 1), (3, 2)",
    "INSERT INTO grandchild VALUES (1, 1)",
    "INSERT INTO note VALUES (1, 1)",
  ];

  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(...TREE);
    await world.write("t.csv", "id,name\n7,new\n");
    await work(world);
  };
  const stepsOf = async (world: ImportWorld, mode: string): Promise<string[]> => {
    const { json } = await world.import("t.csv", "app", "--mode", mode, "--dry-run");
    const { steps } = json().data.plan;
    return steps
      .filter(({ risk }: { risk: string }) => risk === "destroys")
      .map(({ summary }: { summary: string }) => summary.replaceAll("public.", ""));
  };

  test("truncate: rows, and every table that the deletion reaches", () =>
    using(async (world) => {
      expect(await stepsOf(world, "truncate")).toEqual([
        "truncate: delete all 2 rows of t",
        "with them, delete what refers to them in child (3 rows now)",
        "with them, delete what refers to them in grandchild (1 row now)",
        "with them, take its reference from what refers to them in note (1 row now)",
      ]);
      if (title === "PostgreSQL") {
        await world.sql("CREATE FUNCTION f () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN old; END'");
        await world.sql("CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()");
      } else await world.sql("CREATE TRIGGER g BEFORE DELETE ON t BEGIN SELECT 1; END");
      expect((await stepsOf(world, "truncate"))[0]).toBe("truncate: delete all 2 rows of t; its triggers fire");
    }));

  test("replace: what the table loses, and the rows that went", () =>
    using(async (world) => {
      await world.sql("DROP TABLE apart", "DROP TABLE note", "DROP TABLE grandchild", "DROP TABLE child");
      await world.sql("CREATE INDEX i ON t (name)", "CREATE UNIQUE INDEX u ON t (name, id)");
      if (title === "PostgreSQL") {
        await world.sql(
          "CREATE FUNCTION f () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
          "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
          "GRANT SELECT ON t TO PUBLIC",
          "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
          "ALTER TABLE t ADD COLUMN s serial",
          "COMMENT ON COLUMN t.name IS 'a name'",
        );
      } else await world.sql("CREATE TRIGGER g BEFORE UPDATE ON t BEGIN SELECT 1; END");
      const own = "primary key, NOT NULL, defaults, 2 indexes, 1 CHECK, triggers";
      const extras = title === "PostgreSQL" ? ", grants, policies, comments, sequences" : "";
      expect(await stepsOf(world, "replace")).toEqual([`replace: drop t with its 2 rows, ${own}${extras}`]);
      const { json } = await world.import("t.csv", "app", "--mode", "replace", "--confirm", "app");
      expect(json().data.import.tables[0].counts).toMatchObject({ inserted: 1, deleted: 2 });
    }));

  test("both the prompt and a run with --confirm show it", () =>
    using(async (world) => {
      const argv = ["import", "t.csv", "app", "--mode", "truncate"];
      const shown = [/IMPORT into/, /delete all 2 rows of/, /grandchild \(1 row now\)/];
      const asked = await world.run(argv, {
        tty: 200,
        talk: async ({ stdin, stderr }) => {
          await stderr.shows("Type app");
          stdin.type("no\r");
          await stderr.shows("no");
          stdin.type("\x03");
        },
      });
      for (const pattern of shown) expect(asked.stderr).toMatch(pattern);
      expect(await world.rows("SELECT id FROM child")).toHaveLength(3);
      const confirmed = await world.run([...argv, "--confirm", "app"]);
      expect(confirmed.exit).toBe(0);
      for (const pattern of shown) expect(confirmed.stderr).toMatch(pattern);
    }));
});
