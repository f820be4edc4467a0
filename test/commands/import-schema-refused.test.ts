import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES } from "../support/import-world.js";

// Whoever can write an export can write its hashes too: its schema is trusted with tables, not with more.

describe("statements that are no part of a schema are refused, and nothing is written", () => {
  const OTHERS = {
    SQLite: [
      "ATTACH 'other.db' AS other;",
      "COMMIT;\nDROP TABLE t;",
      "DELETE FROM t;",
      "PRAGMA writable_schema = ON;",
      "INSERT INTO t VALUES (2);",
      ".shell touch hacked",
      "SELECT 1;",
      "CREATE INDEX i ON none (a);",
      "CREATE TABLE half (",
    ],
    PostgreSQL: [
      "COPY t FROM PROGRAM 'touch hacked';",
      "COPY t FROM stdin;\n2\n\\.\n",
      "COMMIT;",
      "\\! touch hacked",
      "SET standard_conforming_strings = off;",
      "SET search_path = public;",
      "SELECT pg_catalog.pg_read_file('/etc/passwd');",
      "SELECT pg_catalog.setval('public.s', 1, true), pg_sleep(9);",
      "CREATE ROLE other SUPERUSER;",
      "ALTER SYSTEM SET fsync = off;",
      "DO $$BEGIN END$$;",
      "DROP TABLE t;",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; /* /* */ DROP TABLE t; */",
      "CREATE TABLE half (",
    ],
  } as const;
  const CASES = IMPORT_ENGINES.flatMap((engine) =>
    OTHERS[engine.title === "SQLite" ? "SQLite" : "PostgreSQL"].map((sql) => ({ engine, sql, title: engine.title })),
  );

  test.each(CASES)("$title: $sql", async ({ engine, sql }) => {
    await using world = await engine.open();
    await using target = await engine.open();
    await world.sql("CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)");
    await world.run(["export", "app", "-o", "out/"]);
    await append(join(world.folder, "out"), `${sql}\n`);
    const { exit, json } = await target.import(`${world.folder}/out`, "app", "--create");
    expect([exit, json().error?.code]).toEqual([11, "DB.REFUSED"]);
    const objects = engine.title === "SQLite" ? "sqlite_schema" : "pg_tables WHERE schemaname = 'public'";
    expect(await target.rows(`SELECT * FROM ${objects}`)).toEqual([]);
  });
});

/** As somebody would who writes the hash too. */
async function append(folder: string, sql: string): Promise<void> {
  const [schema, manifest] = [join(folder, "schema.sql"), join(folder, "manifest.json")];
  const text = `${await readFile(schema, "utf8")}${sql}`;
  await writeFile(schema, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  const told: { schemaFile: object } = JSON.parse(await readFile(manifest, "utf8"));
  await writeFile(manifest, JSON.stringify({ ...told, schemaFile: { ...told.schemaFile, sha256 } }));
}
