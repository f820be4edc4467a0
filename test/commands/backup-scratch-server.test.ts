import { readdir } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { onServer } from "../support/fresh-database.js";
import { type Cluster, startCluster } from "../support/postgres-cluster.js";
import { type PostgresWorld, postgresWorld } from "../support/postgres-world.js";
import type { RunResult } from "../support/run-cli.js";

let world: PostgresWorld;
let owner: string;
let scratch: Cluster;

beforeAll(async () => {
  scratch = await startCluster();
});

afterAll(() => scratch.stop());

beforeEach(async () => {
  world = await postgresWorld(inject("postgresUrl"));
  owner = `owner_${world.db.name}`;
  await world.db.sql(`CREATE ROLE ${owner}; CREATE TABLE owned (x int); ALTER TABLE owned OWNER TO ${owner}`);
});

afterEach(async () => {
  await world.db.sql(`DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
  await world[Symbol.asyncDispose]();
  await onServer(scratch.superuserUrl, "ALTER DATABASE postgres RESET ALL; ALTER ROLE ALL RESET ALL");
  await onServer(scratch.superuserUrl, "DROP ROLE IF EXISTS prover");
  await onServer(scratch.url("template1"), "DROP TABLE IF EXISTS public.t");
});

/** Everything that a proof could leave on the scratch server. */
async function contentOfScratch(): Promise<unknown> {
  return await onServer(
    scratch.superuserUrl,
    "SELECT 'database' AS kind, datname AS name FROM pg_database UNION ALL SELECT 'role', rolname FROM pg_roles ORDER BY 1, 2",
  );
}

async function verify(id: string, url: string): Promise<RunResult> {
  return await world.run(["backup", "verify", "--id", id, "--level", "restore", "--scratch", url, "--json"]);
}

async function proofs(id: string): Promise<string[]> {
  return (await readdir(world.path("store"))).filter((name) => name.startsWith(`${id}.`) && /proof|damaged/.test(name));
}

test("a server of the user's own proves a backup, and nothing is left behind there", async () => {
  const id = await world.backup();
  const before = await contentOfScratch();
  const { exit, stderr, json } = await verify(id, scratch.superuserUrl);
  expect(exit, stderr).toBe(0);
  expect(json().data.verified).toMatchObject([{ id, level: "restore", ok: true }]);
  expect(await contentOfScratch()).toEqual(before);
  expect(await proofs(id)).toHaveLength(1);
});

test.each([
  ["databases", "LOGIN CREATEROLE", /CREATEDB|create the database/],
  ["the roles that the backup names", "LOGIN CREATEDB", /CREATE ROLE/],
])("a user who may not create %s there: exit 8, unproven, nothing is left behind", async (_title, rights, why) => {
  const id = await world.backup();
  await onServer(scratch.superuserUrl, `CREATE ROLE prover ${rights}`);
  const before = await contentOfScratch();
  const { exit, json } = await verify(id, scratch.url("postgres", "prover"));
  expect([exit, json().error.code]).toEqual([8, "BACKUP.UNPROVEN"]);
  expect(`${json().error.why} ${json().error.hint}`).toMatch(why);
  expect(await contentOfScratch()).toEqual(before);
  expect(await proofs(id)).toEqual([]);
});

test("time limits that the server sets for its sessions do not count there", async () => {
  const id = await world.backup();
  const before = await contentOfScratch();
  await onServer(scratch.superuserUrl, "ALTER DATABASE postgres SET idle_session_timeout = '50ms'");
  await onServer(scratch.superuserUrl, "ALTER ROLE ALL SET idle_in_transaction_session_timeout = '1ms'");
  const { exit, stderr } = await verify(id, scratch.superuserUrl);
  expect(exit, stderr).toBe(0);
  expect(await contentOfScratch()).toEqual(before);
});

test("what the server's own template holds does not get into the proof", async () => {
  const id = await world.backup();
  const before = await contentOfScratch();
  await onServer(scratch.url("template1"), "CREATE TABLE public.t (id int PRIMARY KEY, name text NOT NULL)");
  const { exit } = await verify(id, scratch.superuserUrl);
  expect(exit).toBe(0);
  expect(await contentOfScratch()).toEqual(before);
});

test("a server that cannot be reached says nothing about the backup: exit 6, no mark", async () => {
  const id = await world.backup();
  const { exit, json } = await verify(id, "postgres://postgres@127.0.0.1:1/postgres");
  expect([exit, json().error.code]).toEqual([6, "CONNECT.REFUSED"]);
  expect(await proofs(id)).toEqual([]);
});

test("Ctrl-C in the middle of the proof leaves nothing behind there", async () => {
  await world.db.sql("INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(3000, 60000) g");
  const id = await world.backup();
  const before = await contentOfScratch();
  const appears = async (): Promise<"SIGINT"> => {
    const made = "SELECT FROM pg_database WHERE datname LIKE 'dbops\\_scratch\\_%'";
    while ((await onServer(scratch.superuserUrl, made)).length === 0);
    return "SIGINT";
  };
  const argv = ["backup", "verify", "--id", id, "--level", "restore", "--scratch", scratch.superuserUrl, "--json"];
  const { exit, json } = await world.run(argv, { interrupt: appears() });
  expect([exit, json().error.code]).toEqual([130, "RUN.INTERRUPTED"]);
  expect(await contentOfScratch()).toEqual(before);
  expect(await proofs(id)).toEqual([]);
});
