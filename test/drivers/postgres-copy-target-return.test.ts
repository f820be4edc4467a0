import { expect, inject, test } from "vitest";
import type { CopyCatalog, SourceTable } from "#dbops/drivers/copy-source-model.js";
import type { TargetDesign, TargetTable } from "#dbops/drivers/copy-target-model.js";
import { checkpoint, design, targetWorld } from "../support/copy-target-world.js";
import { freshDatabase } from "../support/fresh-database.js";
import { openSource } from "../support/postgres-copy.js";
import { schemaDump } from "../support/schema-dump.js";

const SCHEMA = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s; ok');
  CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
  CREATE FUNCTION double(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
  CREATE SEQUENCE free INCREMENT 5 START 15;
  CREATE TABLE person (
    id int GENERATED ALWAYS AS IDENTITY (START 10) PRIMARY KEY, name varchar(20) COLLATE "C" NOT NULL DEFAULT 'no;body', m mood,
    p percent, twice int GENERATED ALWAYS AS (double(p)) STORED, tags text[], net inet, CONSTRAINT named CHECK (double(p) > -1),
    UNIQUE (name) DEFERRABLE INITIALLY DEFERRED);
  COMMENT ON TABLE person IS 'it''s; a table';
  COMMENT ON COLUMN person.m IS 'moody';
  CREATE TABLE "odd ""name" (id serial, person int, m mood, UNIQUE (id, person),
    CONSTRAINT "f k" FOREIGN KEY (person) REFERENCES person ON DELETE CASCADE DEFERRABLE);
  CREATE TABLE parted (day date NOT NULL, n int) PARTITION BY RANGE (day);
  CREATE TABLE parted_a PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE INDEX "i x" ON person USING btree (lower(name) DESC) WHERE p > 3;
  CREATE INDEX tags ON person USING gin (tags);
  CREATE VIEW seen AS SELECT id, double(p) AS d FROM person;
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
  CREATE TRIGGER noted BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION note();
  INSERT INTO person (name, m, p, tags, net) VALUES ('a', 'it''s; ok', 7, '{x,"y z"}', '10.0.0.1'), ('b', NULL, NULL, NULL, NULL);
  INSERT INTO "odd ""name" (person, m) VALUES (10, 'sad');
  INSERT INTO parted VALUES ('2024-05-05', 1);
  SELECT nextval('free')`;

/** As a table that comes home: with its own words. */
function athome(source: SourceTable): TargetTable {
  return {
    name: source.name,
    source: source.name,
    columns: source.columns.map((column) => ({
      name: column.name,
      type: column.type,
      stored: null,
      misfit: "fail",
      native: column.declared,
      isNullable: column.isNullable,
      defaultSql: null,
      generatedSql: column.generated === null ? null : column.generated.sql,
      identity: column.identity,
      comment: null,
    })),
    primaryKey: source.primaryKey,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    comment: null,
    definition: source.definition,
  };
}

function homecoming(catalog: CopyCatalog): TargetDesign {
  const returning = [
    ...catalog.notCarried
      .filter(({ kind }) => kind === "functions")
      .map((each) => ({ ...each, kind: "other" as const })),
    ...catalog.sequences.map(({ name, definition }) => ({ kind: "other" as const, name: name.name, sql: definition })),
    ...catalog.tables.flatMap(({ indexes }) =>
      indexes.map(({ name, definition }) => ({ kind: "index" as const, name, sql: definition })),
    ),
    ...catalog.views.map(({ name, sql }) => ({ kind: "view" as const, name: name.name, sql })),
    ...catalog.notCarried
      .filter(({ kind }) => kind === "triggers")
      .map((each) => ({ ...each, kind: "trigger" as const })),
  ].map(({ kind, name, sql }) => ({ kind, name, schema: null, sql: sql ?? "" }));
  return design(catalog.tables.map(athome), { returning });
}

test("a database that comes home has the catalog and the rows that it had", async () => {
  await using world = await targetWorld();
  await using origin = await freshDatabase(inject("postgresUrl"));
  await origin.sql(SCHEMA);
  await using opened = await openSource(origin.url);
  const plan = homecoming(await opened.source.catalog());
  await using target = await world.target();
  await target.create(plan);
  for (const table of plan.tables) {
    const columns = table.columns.filter(({ generatedSql }) => generatedSql === null);
    await using load = await target.load(table, 0);
    for await (const event of opened.source.read({
      table: table.source,
      columns,
      key: { kind: "none" },
      after: null,
      upTo: null,
    })) {
      if (event.kind === "rows") await load.add(event);
    }
    await load.commit(checkpoint(table, 0));
  }
  expect(await target.finish(plan)).toEqual([]);
  expect(await target.finish(plan)).toEqual([]);
  await target.publish(plan);
  expect(await schemaDump(world.database.url)).toBe(await schemaDump(origin.url));
  for (const sql of ["SELECT * FROM person ORDER BY id", 'SELECT * FROM "odd ""name"', "SELECT * FROM parted"]) {
    expect(await world.database.sql(sql)).toEqual(await origin.sql(sql));
  }
  const next = "INSERT INTO person (name) VALUES ('c') RETURNING id, name";
  expect(await world.database.sql(next)).toEqual(await origin.sql(next));
});
