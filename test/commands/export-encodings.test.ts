import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { onServer } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";

const server = (): string => inject("postgresUrl");
const names: string[] = [];
let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "dbops-export-"));
});

afterAll(async () => {
  for (const name of names) await onServer(server(), `DROP DATABASE ${name} WITH (FORCE)`);
  await rm(cwd, { recursive: true, force: true });
});

async function databaseOf(encoding: string): Promise<string> {
  const name = `t_${randomBytes(5).toString("hex")}`;
  await onServer(
    server(),
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  names.push(name);
  const url = new URL(server());
  url.pathname = `/${name}`;
  return url.href;
}

const CONTENT = `CREATE TABLE "straße" (id int PRIMARY KEY, "größe" text DEFAULT 'müßig', CHECK ("größe" <> 'ärger'));
  COMMENT ON TABLE "straße" IS 'Übersicht'; CREATE INDEX "schlüssel" ON "straße" ("größe");
  INSERT INTO "straße" VALUES (1, 'öl'), (2, DEFAULT)`;

const STATE = `SELECT (SELECT json_agg(s)::text FROM (SELECT id, "größe" FROM "straße" ORDER BY id) s) AS rows, obj_description('"straße"'::regclass) AS comment,
  (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = '"straße"'::regclass) AS default,
  (SELECT json_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text)::text FROM pg_index WHERE indrelid = '"straße"'::regclass) AS indexes`;

test.each([
  ["LATIN1", "LATIN1"],
  ["LATIN1", "UTF8"],
  ["SQL_ASCII", "UTF8"],
  ["SQL_ASCII", "SQL_ASCII"],
])("a script from a database of %s, loaded into one of %s, makes the same", async (from, to) => {
  const [source, target] = [await databaseOf(from), await databaseOf(to)];
  await onServer(source, CONTENT);
  for (const argv of [[], ["--table", "straße"]]) {
    const { exit, stderr } = await runCli(["export", source, "-o", "all.sql", ...argv], { cwd });
    expect(exit, stderr).toBe(0);
    await onServer(target, 'DROP TABLE IF EXISTS "straße"');
    execFileSync("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", join(cwd, "all.sql")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const state = await onServer(target, STATE);
    expect(state).toEqual(await onServer(source, STATE));
    expect(state).toMatchObject([
      { rows: '[{"id":1,"größe":"öl"}, \n {"id":2,"größe":"müßig"}]', comment: "Übersicht", default: "'müßig'::text" },
    ]);
  }
});
