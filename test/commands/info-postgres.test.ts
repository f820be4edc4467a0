import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { infoCommand } from "#dbops/commands/info/info.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";

let database: FreshDatabase;
let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "dbops-info-"));
  database = await freshDatabase(inject("postgresUrl"));
  await database.sql(`
    CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE,
                        age int CONSTRAINT grown CHECK (age > 0), low text GENERATED ALWAYS AS (lower(email)) STORED);
    CREATE TABLE orders (id int PRIMARY KEY, user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE, note text DEFAULT 'none');
    CREATE INDEX orders_recent ON orders (user_id, lower(note)) WHERE id > 10;
    CREATE SCHEMA other;
    CREATE TABLE other.users (id int);
    CREATE TABLE parts (at date) PARTITION BY RANGE (at);
    CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE MATERIALIZED VIEW adults AS SELECT * FROM users WHERE age >= 18;
    CREATE SEQUENCE big;
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER stamp BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION nothing();
    INSERT INTO users (email) SELECT i || '@example.org' FROM generate_series(1, 300) i;
    INSERT INTO parts VALUES ('2026-05-05');
    SELECT setval('big', 9007199254740993);`);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

test("one database as data: counted while the server has no statistics, estimated afterwards", async () => {
  const { exit, json } = await runCli(["info", database.url, "--json"], { cwd });
  const { data } = json();
  expect(exit).toBe(0);
  expect((await infoCommand.schema()).safeParse(data).error).toBeUndefined();
  const report = data.databases[0].info;
  expect(report).toMatchObject({ engine: "postgres", title: "PostgreSQL", role: "primary", timeline: 1 });
  expect(report.systemIdentifier).toMatch(/^\d{10,}$/);
  expect(report.settings).toContainEqual({ name: "fsync", value: "off" });
  expect(report.sequences).toContainEqual({ schema: "public", name: "big", lastValue: "9007199254740993" });
  expect(report.views).toEqual([{ schema: "public", name: "adults", isMaterialized: true }]);
  const users = tableOf(report, "public", "users");
  expect(users).toMatchObject({ rows: 300, isEstimated: false, primaryKey: ["id"], checks: [{ name: "grown" }] });
  expect(users.referencedBy).toMatchObject([{ schema: "public", table: "orders", columns: ["user_id"] }]);
  expect(users.columns).toContainEqual(expect.objectContaining({ name: "low", isGenerated: true }));
  expect(tableOf(report, "public", "parts").kind).toBe("partitioned");
  expect(tableOf(report, "public", "parts_2026")).toMatchObject({ kind: "partition", rows: 1 });

  await database.sql("ANALYZE");
  await database.sql("INSERT INTO users (email) VALUES ('one more')");
  const later = (await runCli(["info", database.url, "--json"], { cwd })).json().data.databases[0].info;
  expect(tableOf(later, "public", "users")).toMatchObject({ rows: 300, isEstimated: true });
});

test("one table in detail", async () => {
  const { exit, stdout } = await runCli(["info", database.url, "--table", "orders"], { cwd });
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^table: +public\.orders$/m);
  expect(stdout).toMatch(/^user_id +bigint +no +-$/m);
  expect(stdout).toMatch(/^note +text +yes +'none'::text$/m);
  expect(stdout).toMatch(/^orders_recent +user_id, lower\(note\)/m);
  expect(stdout).toMatch(/^user_id +public\.users \(id\) +CASCADE/m);
});

test("a name in several schemas must be written in full", async () => {
  const { exit, json } = await runCli(["info", database.url, "--table", "users", "--json"], { cwd });
  expect([exit, json().error.why]).toEqual([2, "other.users, public.users"]);
  expect((await runCli(["info", database.url, "--table", "other.users"], { cwd })).exit).toBe(0);
});

test("a role that may not read every table sees the database without its counts, and is refused a backup with the reason alone", async () => {
  await using own = await freshDatabase(inject("postgresUrl"));
  const role = `reader_${own.name}`;
  await own.sql(
    `CREATE TABLE open (id int); CREATE TABLE closed (id int); CREATE ROLE ${role} LOGIN; GRANT SELECT ON open TO ${role}`,
  );
  const url = new URL(own.url);
  url.username = role;
  try {
    const { exit, json } = await runCli(["info", url.href, "--json"], { cwd });
    expect(exit).toBe(0);
    const { tables } = json().data.databases[0].info;
    expect(tables.map(({ name, rows }: { name: string; rows: number | null }) => [name, rows])).toEqual([
      ["closed", null],
      ["open", null],
    ]);
    const refused = await runCli(["backup", url.href, "--store", join(cwd, "store")], { cwd });
    expect([refused.exit, refused.stderr]).toEqual([11, expect.stringContaining("permission denied")]);
    expect(refused.stderr).not.toContain("roles and tablespaces");
  } finally {
    await own.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test("a foreign key into a partitioned table is one", async () => {
  await using own = await freshDatabase(inject("postgresUrl"));
  await own.sql(`CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE low PARTITION OF whole FOR VALUES FROM (0) TO (10); CREATE TABLE high PARTITION OF whole FOR VALUES FROM (10) TO (20);
    CREATE TABLE child (whole_id int REFERENCES whole)`);
  const { json } = await runCli(["info", own.url, "--json"], { cwd });
  const { foreignKeys } = tableOf(json().data.databases[0].info, "public", "child");
  expect(foreignKeys).toMatchObject([{ columns: ["whole_id"] }]);
});

test("a password in the configuration is never shown", async () => {
  const secret = "s3cret-c4nary";
  const url = new URL(database.url);
  url.password = secret;
  await writeFile(join(cwd, "dbops.yaml"), `version: 1\ntargets:\n  app: ${url.href}\n  gone: ${url.href}_gone\n`);
  for (const flags of [[], ["--json"], ["--verbose"]]) {
    const { exit, stdout, stderr } = await runCli(["info", ...flags], { cwd });
    expect(exit).toBe(5);
    expect(stdout + stderr).not.toContain(secret);
  }
});

// biome-ignore lint/suspicious/noExplicitAny: documents are looked into as they come.
function tableOf(report: any, schema: string, name: string): any {
  return report.tables.find(
    (table: { schema: string; name: string }) => table.schema === schema && table.name === name,
  );
}
