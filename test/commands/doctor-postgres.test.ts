import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { doctorCommand } from "#dbops/commands/doctor/doctor.js";
import { type FreshDatabase, freshDatabase, onServer } from "../support/fresh-database.js";
import { ManualClock } from "../support/manual-clock.js";
import { type RunOptions, runCli } from "../support/run-cli.js";

interface Check {
  readonly target: string | null;
  readonly subject: string;
  readonly status: string;
  readonly detail: string;
  readonly fix: string | null;
}

const READER = "doctor_reader";

let database: FreshDatabase;
let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "dbops-doctor-"));
  await mkdir(join(cwd, "scratch"));
  database = await freshDatabase(inject("postgresUrl"));
  await database.sql("CREATE TABLE t (a int)");
  await database.sql(`CREATE ROLE ${READER} LOGIN`);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await onServer(inject("postgresUrl"), `DROP ROLE ${READER}`);
  await rm(cwd, { recursive: true, force: true });
});

test("a server that backups and restores can work with", async () => {
  const { exit, data, checks } = await doctor(database.url);
  expect((await doctorCommand.schema()).safeParse(data).error).toBeUndefined();
  expect([exit, data.errors]).toEqual([0, 0]);
  for (const subject of [
    "connection",
    "database",
    "server version",
    "pg_dump",
    "pg_restore",
    "psql",
    "initdb",
    "rights",
    "server clock",
  ]) {
    expect(line(checks, subject)).toMatchObject({ target: "app", status: "ok", fix: null });
  }
  expect(line(checks, "connection").detail).toContain(`/${database.name}`);
});

test("client programs that are older than the server", async () => {
  const bin = join(cwd, "old");
  await mkdir(bin);
  for (const name of ["pg_dump", "pg_dumpall", "pg_restore"]) {
    await writeFile(join(bin, name), `#!/bin/sh\necho "${name} (PostgreSQL) 12.22"\n`, { mode: 0o755 });
  }
  const { exit, checks } = await doctor(database.url, { env: { DBOPS_PG_BINDIR: bin } });
  expect(exit).toBe(4);
  expect(line(checks, "pg_dump")).toMatchObject({
    status: "error",
    detail: expect.stringContaining("12.22 is too old"),
  });
  expect(line(checks, "pg_dump").fix).toMatch(/apt-get install postgresql-client-\d+/);
  expect(line(checks, "initdb")).toMatchObject({ status: "warning", detail: expect.stringContaining("not installed") });
});

test("clocks that differ", async () => {
  const clock = new ManualClock(new Date(Date.now() + 600_000));
  const { checks } = await doctor(database.url, { clock });
  expect(line(checks, "server clock")).toMatchObject({
    status: "warning",
    detail: expect.stringMatching(/(9|10) min/),
  });
});

test("a user who may not read everything", async () => {
  const url = new URL(database.url);
  url.username = READER;
  const { exit, checks } = await doctor(url.href);
  expect(exit).toBe(4);
  expect(line(checks, "rights")).toMatchObject({
    status: "error",
    detail: expect.stringContaining("backups will fail"),
  });
});

test("a run that holds the database's lock is named", async () => {
  const client = new pg.Client({ connectionString: inject("postgresUrl"), application_name: "dbops RUN restore run" });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('dbops:data:' || $1::text, 0))", [database.name]);
    const { checks } = await doctor(database.url);
    expect(line(checks, "lock")).toMatchObject({
      status: "ok",
      detail: expect.stringContaining('held by "dbops RUN restore run"'),
    });
  } finally {
    await client.end();
  }
});

test("without the server the reason is told, and the programs are checked", async () => {
  const url = new URL(database.url);
  url.pathname = "/missing";
  const { exit, checks } = await doctor(url.href);
  expect(exit).toBe(4);
  expect(line(checks, "connection")).toMatchObject({
    status: "error",
    detail: expect.stringContaining("CONNECT.NO_DATABASE"),
  });
  expect(line(checks, "pg_dump").status).toBe("ok");
  expect(line(checks, "store").status).toBe("ok");
});

async function doctor(url: string, options: Partial<RunOptions> = {}) {
  await writeFile(join(cwd, "dbops.yaml"), `version: 1\nbackup:\n  scratch: scratch\ntargets:\n  app: ${url}\n`);
  const { exit, json } = await runCli(["doctor", "--json"], { cwd, ...options });
  const { data } = json();
  return { exit, data, checks: data.checks as readonly Check[] };
}

function line(checks: readonly Check[], subject: string): Check {
  const found = checks.find((check) => check.subject === subject);
  if (found === undefined)
    throw new Error(`no line about ${subject} among ${checks.map((check) => check.subject).join(", ")}`);
  return found;
}
