import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { sealManifest } from "#dbops/lib/backup/manifest.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { onServer } from "../support/fresh-database.js";
import { type PostgresWorld, postgresWorld } from "../support/postgres-world.js";
import { contentOf, restoreApp } from "../support/restore-world.js";

/** A folder that the server's own user can reach. */
const SCRATCH = ["--scratch", tmpdir()];

type World = Pick<BackupWorld, "path">;

async function manifestOf(world: World, id: string) {
  return JSON.parse(await readFile(world.path("store", `${id}.json`), "utf8"));
}

/** Makes a backup say what another one says of its structure, as if that had been lost on the way. */
async function forgeStructure(world: World, id: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  const { sha256: _seal, ...body } = await manifestOf(world, id);
  const fingerprint = { ...body.fingerprint, ...change };
  await writeFile(world.path("store", `${id}.json`), sealManifest({ ...body, fingerprint }).text);
}

async function marksIn(store: string, kind: string): Promise<string[]> {
  return (await readdir(store)).filter((name) => name.includes(`.${kind}-`));
}

describe("SQLite", () => {
  let world: BackupWorld;

  beforeEach(async () => {
    world = await backupWorld(50);
  });

  afterEach(() => world[Symbol.asyncDispose]());

  test.each([
    ["index", "CREATE INDEX extra ON t (body)"],
    ["trigger", "CREATE TRIGGER extra AFTER DELETE ON t BEGIN SELECT 1; END"],
    ["view", "CREATE VIEW extra AS SELECT name FROM t"],
  ])("a copy that has lost its %s is not swapped in and not proven", async (kind, statement) => {
    world.sql(statement);
    const { schemaHash } = (await world.backup()).fingerprint;
    world.sql(`DROP ${kind} extra`);
    const { id } = await world.backup();
    await forgeStructure(world, id, { schemaHash });
    const before = contentOf(world.path("app.db"));
    const { exit, json } = await restoreApp(world, ["--from", id]);
    expect([exit, json().error.code]).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
    expect(json().data.restore).toMatchObject({ swapped: false, structureMatches: false, tables: [{ matches: true }] });
    expect(contentOf(world.path("app.db"))).toEqual(before);
    const proof = await world.run(["backup", "verify", "--store", "store", "--id", id, "--level", "restore", "--json"]);
    expect([proof.exit, proof.json().error.code], proof.stderr).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
    expect(await marksIn(world.store, "proof")).toEqual([]);
    expect(await marksIn(world.store, "damaged")).toHaveLength(1);
  });

  test("what an older manifest says of the structure is no measure", async () => {
    const { id } = await world.backup();
    await forgeStructure(world, id, { schemaAlgorithm: undefined, schemaHash: "of another kind" });
    const { exit, stderr, json } = await restoreApp(world, ["--from", id]);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore).toMatchObject({ swapped: true, structureMatches: null });
  });

  test.each([[[]], [["--compact"]]])("a rich schema is proven and restored as equal: %s", async (flags) => {
    world.sql(
      "CREATE TABLE rich (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT COLLATE NOCASE, b GENERATED ALWAYS AS (a || 'x') STORED)",
      "CREATE TABLE child (id INTEGER REFERENCES rich (id) ON DELETE CASCADE, k TEXT, PRIMARY KEY (id, k)) STRICT, WITHOUT ROWID",
      "CREATE VIRTUAL TABLE words USING fts5(body)",
      "INSERT INTO words VALUES ('one two'); INSERT INTO rich (a) VALUES ('v'); ANALYZE",
      "CREATE INDEX some ON rich (lower(a)) WHERE a IS NOT NULL",
      "CREATE VIEW seen AS SELECT * FROM rich",
      "CREATE TRIGGER told INSTEAD OF INSERT ON seen BEGIN INSERT INTO rich (a) VALUES (new.a); END",
    );
    const { id } = await world.backup(["--verify", "restore", ...flags]);
    expect(await marksIn(world.store, "proof")).toHaveLength(1);
    const { exit, stderr, json } = await restoreApp(world, ["--from", id]);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore).toMatchObject({ swapped: true, structureMatches: true, compared: "hash" });
  });
});

/** Everything that a restore makes anew in another form, and that is nevertheless the same. */
const RICH = `
  CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE pair AS (a int, b text);
  CREATE TYPE spans AS RANGE (subtype = float8);
  CREATE TABLE rich (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n positive DEFAULT 3, m mood, pairs pair[],
    status varchar(10) CHECK (status IN ('a', 'b')), twice int GENERATED ALWAYS AS (length(status) * 2) STORED, at spans,
    serial serial, UNIQUE (status, n), CONSTRAINT apart EXCLUDE USING gist (at WITH &&));
  INSERT INTO rich (m, status) VALUES ('ok', 'a'), ('sad', 'b');
  CREATE VIEW v AS SELECT r.*, 'x'::varchar(3) AS x FROM rich r WHERE status IN ('a', 'b');
  CREATE MATERIALIZED VIEW mv AS SELECT status, count(*) FROM rich GROUP BY 1; CREATE UNIQUE INDEX ON mv (status);
  CREATE INDEX part_of ON rich (lower(status)) WHERE status IN ('a', 'b');
  CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
  CREATE FUNCTION told(int, VARIADIC text[]) RETURNS int LANGUAGE sql AS 'SELECT $1';
  CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0');
  CREATE TRIGGER told BEFORE INSERT ON rich FOR EACH ROW WHEN (new.status IN ('a', 'b')) EXECUTE FUNCTION told();
  CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON rich DEFERRABLE FOR EACH ROW EXECUTE FUNCTION told();
  CREATE RULE quiet AS ON DELETE TO v DO INSTEAD NOTHING;
  ALTER TABLE rich ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON rich USING (status = current_user);
  COMMENT ON COLUMN rich.status IS 'of it'; GRANT SELECT (id) ON rich TO pg_monitor; GRANT EXECUTE ON FUNCTION told() TO pg_monitor;
  CREATE TABLE parts (id int, at date NOT NULL, CHECK (id > 0)) PARTITION BY RANGE (at);
  CREATE TABLE later (own int, at date NOT NULL, id int); ALTER TABLE later DROP COLUMN own;
  ALTER TABLE later ADD CONSTRAINT parts_id_check CHECK (id > 0), ADD CONSTRAINT mine FOREIGN KEY (id) REFERENCES rich (id);
  ALTER TABLE parts ATTACH PARTITION later FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE TABLE earlier PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  ALTER TABLE parts ADD CONSTRAINT parts_rich FOREIGN KEY (id) REFERENCES rich (id), ADD PRIMARY KEY (id, at);
  CREATE TABLE refers (id int, at date, FOREIGN KEY (id, at) REFERENCES parts (id, at));
  CREATE INDEX parts_at ON parts (at); CREATE TRIGGER told BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION told();
  INSERT INTO parts VALUES (1, '2025-05-05'), (2, '2026-06-06');
  CREATE TABLE base (id int PRIMARY KEY, a text NOT NULL); CREATE TABLE heir (z int, own int) INHERITS (base);
  ALTER TABLE base ADD COLUMN b text DEFAULT 'later'; ALTER TABLE heir ALTER COLUMN a DROP NOT NULL;
  INSERT INTO heir VALUES (1, 'a', 2, 3, 'b');`;

describe("PostgreSQL", () => {
  let world: PostgresWorld;

  beforeEach(async () => {
    world = await postgresWorld(inject("postgresUrl"));
  });

  afterEach(() => world[Symbol.asyncDispose]());

  test.each([
    ["index", "CREATE INDEX extra ON t (id, name)", "DROP INDEX extra"],
    ["trigger", "CREATE TRIGGER extra BEFORE DELETE ON t EXECUTE FUNCTION f()", "DROP TRIGGER extra ON t"],
    ["view", "CREATE VIEW extra AS SELECT name FROM t", "DROP VIEW extra"],
    ["index of a materialised view", "CREATE INDEX extra ON m (n)", "DROP INDEX extra"],
  ])("a copy that has lost its %s is not swapped in and not proven", async (_kind, create, drop) => {
    await world.db.sql(`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN old; END';
      CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM t`);
    await world.db.sql(create);
    const { schemaHash } = (await manifestOf(world, await world.backup())).fingerprint;
    await world.db.sql(drop);
    const id = await world.backup();
    await forgeStructure(world, id, { schemaHash });
    const { exit, json } = await world.restore("--from", id);
    expect([exit, json().error.code]).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
    const { tables, ...restore } = json().data.restore;
    expect(restore).toMatchObject({ swapped: false, structureMatches: false });
    expect(tables.every(({ matches }: { matches: boolean }) => matches)).toBe(true);
    expect(await world.databases()).toEqual([world.db.name]);
    const proof = await world.run(["backup", "verify", "--id", id, "--level", "restore", "--json", ...SCRATCH]);
    expect([proof.exit, proof.json().error.code], proof.stderr).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
    expect(await marksIn(world.path("store"), "proof")).toEqual([]);
  });

  test.each([
    ["of another major version", { schemaAlgorithm: "pg-catalog-names/1 of PostgreSQL 12", schemaHash: "0" }],
    ["of a partial backup or an older dbops", { schemaAlgorithm: null, schemaHash: "0" }],
  ])("a structure %s is no measure", async (_what, change) => {
    const id = await world.backup();
    await forgeStructure(world, id, change);
    const { exit, stderr, json } = await world.restore("--from", id);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore).toMatchObject({ swapped: true, structureMatches: null });
  });

  test("a backup of some tables says nothing about the structure", async () => {
    const id = await world.backup("--tables", "t");
    expect((await manifestOf(world, id)).fingerprint.schemaAlgorithm).toBeNull();
  });

  test.each(["custom", "directory", "plain"])(
    "a rich schema in format %s is proven and restored as equal",
    async (format) => {
      await world.db.sql(RICH);
      await expect(onServer(world.db.url, "CREATE UNIQUE INDEX CONCURRENTLY broken ON rich ((1))")).rejects.toThrow();
      const id = await world.backup("--verify", "restore", ...SCRATCH, "--format", format);
      expect(await marksIn(world.path("store"), "proof")).toHaveLength(1);
      for (const way of [[], ["--in-place"]]) {
        const { exit, stderr, json } = await world.restore("--from", id, ...way);
        expect(exit, stderr).toBe(0);
        expect(json().data.restore).toMatchObject({ swapped: true, structureMatches: true });
      }
    },
  );
});
