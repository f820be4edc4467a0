import { expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// Tables of one name in several schemas: what an export brings goes where it came from, or nowhere.

const [SQLITE, POSTGRES] = IMPORT_ENGINES;

const USERS = [
  "CREATE SCHEMA audit",
  "CREATE TABLE public.users (id int PRIMARY KEY, name text)",
  "CREATE TABLE audit.users (id int PRIMARY KEY, name text)",
  "INSERT INTO public.users VALUES (1, 'public')",
  "INSERT INTO audit.users VALUES (2, 'audit')",
] as const;

/** An export of both tables, or of those named, as a folder of the world that is to import it. */
async function exported(to: ImportWorld, ...flags: readonly string[]): Promise<string> {
  await using from = await POSTGRES.open();
  await from.sql(...USERS);
  const { exit } = await from.run(["export", "app", "-o", `${to.folder}/out/`, ...flags]);
  expect(exit).toBe(0);
  return "out/";
}

test("an export of two schemas comes back as it was", async () => {
  await using world = await POSTGRES.open();
  const { exit } = await world.import(await exported(world), "app", "--create");
  expect(exit).toBe(0);
  expect(await world.rows("SELECT * FROM public.users, audit.users")).toEqual([{ id: 2, name: "audit" }]);
  expect(await world.rows("SELECT name FROM public.users UNION SELECT name FROM audit.users ORDER BY 1")).toEqual([
    { name: "audit" },
    { name: "public" },
  ]);
});

test.each([{ flags: [] }, { flags: ["--create", "--tables", "audit.users"] }])(
  "rows of a schema that is not there do not go into another one's table: $flags",
  async ({ flags }) => {
    await using world = await POSTGRES.open();
    await world.sql("CREATE TABLE users (id int PRIMARY KEY, name text)");
    const input = await exported(world, "--table", "audit.users");
    const { exit, json } = await world.import(input, "app", ...flags);
    expect([exit, json().error]).toMatchObject([
      2,
      { message: 'the database has no table "audit.users"', why: "it has 1 table" },
    ]);
    expect((await world.import(input, "app", "--table", "public.users")).exit).toBe(0);
    expect(await world.rows("SELECT name FROM users")).toEqual([{ name: "audit" }]);
  },
);

test("a name that means two tables of the input is refused, and one that is given twice is one", async () => {
  await using world = await POSTGRES.open();
  await world.sql(...USERS.slice(0, 3));
  const input = await exported(world);
  const both = await world.import(input, "app", "--tables", "users");
  expect([both.exit, both.json().error]).toMatchObject([
    2,
    {
      message: '"users" means several tables',
      why: "audit.users, public.users",
      hint: expect.stringContaining("--tables audit.users"),
    },
  ]);
  const one = await world.import(input, "app", "--tables", "audit.users,audit.users");
  expect(one.exit).toBe(0);
  expect(await world.rows("SELECT count(*)::int AS n FROM audit.users")).toEqual([{ n: 1 }]);
  expect(await world.rows("SELECT count(*)::int AS n FROM public.users")).toEqual([{ n: 0 }]);
});

test("a database without schemas takes a table by its name alone, and one of two only", async () => {
  await using world = await SQLITE.open();
  await world.sql("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
  const input = await exported(world);
  const both = await world.import(input, "app");
  expect([both.exit, both.json().error.message]).toEqual([2, "two parts of the input would go into users"]);
  const one = await world.import(input, "app", "--tables", "audit.users");
  expect(one.exit).toBe(0);
  expect(await world.rows("SELECT * FROM users")).toEqual([{ id: 2, name: "audit" }]);
});

test("an export of one table only finds it in a database without schemas", async () => {
  await using world = await SQLITE.open();
  await world.sql("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
  const { exit } = await world.import(await exported(world, "--table", "audit.users"), "app");
  expect(exit).toBe(0);
  expect(await world.rows("SELECT * FROM users")).toEqual([{ id: 2, name: "audit" }]);
});

test("a dot in the name of a new table is a dot where there are no schemas", async () => {
  await using world = await SQLITE.open();
  await world.write("t.json", '[{"id":1}]');
  const { exit } = await world.import("t.json", "app", "--table", "a.b", "--create");
  expect(exit).toBe(0);
  expect(await world.rows('SELECT * FROM "a.b"')).toEqual([{ id: 1 }]);
});
