import { chmod, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { wasOnlyRefusedAtFirst } from "#dbops/drivers/postgres/restore-outcome.js";
import { ScriptScanner } from "#dbops/drivers/postgres/script-scanner.js";
import { serverBinaries } from "../support/postgres-cluster.js";
import { type PostgresWorld, postgresWorld } from "../support/postgres-world.js";
import type { RunResult } from "../support/run-cli.js";

// What pg_restore 17.12 says to a server of version 15.
const REFUSED = `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
`;
const IGNORED = "pg_restore: warning: errors ignored on restore: 2\n";
const COPY_FAILED =
  'pg_restore: error: COPY failed for table "bad": ERROR:  new row for relation "bad" violates check constraint "bad_a_check"\n';

let world: PostgresWorld;

beforeEach(async () => {
  world = await postgresWorld(inject("postgresUrl"));
});

afterEach(() => world[Symbol.asyncDispose]());

describe("programs of version 17 at an older server", () => {
  test("restore into it: their first words are refused, and nothing else may be", async () => {
    await world.backup();
    const rows = await world.rows();
    await world.db.sql("DELETE FROM t");
    const { exit, stderr, json } = await restoreBy17(`cat >&2 <<'END'\n${REFUSED}${REFUSED}${IGNORED}END\nexit 1`);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore.tables).toContainEqual(
      expect.objectContaining({ name: "t", rows: 2000, matches: true }),
    );
    expect(await world.rows()).toEqual(rows);
  });

  test("a further error ends the restore, and the database is untouched", async () => {
    await world.backup();
    await world.db.sql("DELETE FROM t WHERE id > 10");
    const rows = await world.rows();
    const { exit, json } = await restoreBy17(`cat >&2 <<'END'\n${REFUSED}${COPY_FAILED}${IGNORED}END\nexit 1`);
    expect([exit, json().error.code]).toEqual([11, "TOOL.FAILED"]);
    expect(json().error.why).toContain("violates check constraint");
    expect(await world.rows()).toEqual(rows);
    expect(await world.databases()).toEqual([world.db.name]);
  });
});

describe("the last words of pg_restore", () => {
  test.each([
    ["only those", { code: 1, stderr: `${REFUSED}${REFUSED}${IGNORED}` }, true],
    ["notices beside them", { code: 1, stderr: `NOTICE:  skipping\n${REFUSED}${IGNORED}` }, true],
    ["another error", { code: 1, stderr: `${REFUSED}${COPY_FAILED}${IGNORED}` }, false],
    ["errors that it counts and does not name", { code: 1, stderr: IGNORED }, false],
    ["no end", { code: 1, stderr: REFUSED }, false],
    ["an end by a signal", { code: null, stderr: `${REFUSED}${IGNORED}` }, false],
    ["more than is kept", { code: 1, stderr: `${"x".repeat(65_536 - IGNORED.length - 1)}\n${IGNORED}` }, false],
  ])("%s", (_title, { code, stderr }, isGood) => {
    expect(wasOnlyRefusedAtFirst({ code, signal: null, stderr, outputBytes: 0 })).toBe(isGood);
  });
});

test.each([
  [16, false],
  [17, true],
])("an SQL script's SET transaction_timeout reaches a server of version %i: %s", (serverMajor, reaches) => {
  const scanner = new ScriptScanner({ isOneTransaction: false, serverMajor });
  expect(scanner.take("SET transaction_timeout = 0;")).toBe(reaches);
  expect(scanner.take("COPY t FROM stdin;")).toBe(true);
  expect(scanner.take("SET transaction_timeout = 0;")).toBe(true);
});

/** The real programs under the name of version 17, whose pg_restore says `lastWords` unless it is told to stop at an error. */
async function restoreBy17(lastWords: string): Promise<RunResult> {
  const real = await serverBinaries();
  const folder = world.path("bin17");
  await mkdir(folder);
  for (const name of await readdir(real)) {
    if (name !== "pg_restore") await symlink(join(real, name), join(folder, name));
  }
  const script = `#!/bin/sh
[ "$1" = --version ] && echo "pg_restore (PostgreSQL) 17.12" && exit
case " $* " in *" --exit-on-error "*) cat >/dev/null; printf '%s' '${REFUSED}' >&2; exit 1 ;; esac
'${join(real, "pg_restore")}' --exit-on-error "$@" || exit
${lastWords}
`;
  await writeFile(join(folder, "pg_restore"), script);
  await chmod(join(folder, "pg_restore"), 0o755);
  return await world.run(["restore", "app", "--from", "latest", "--confirm", "app", "--json"], {
    env: { DBOPS_PG_BINDIR: folder },
  });
}
