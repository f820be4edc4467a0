import { expect, inject, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { testContext } from "../support/driver-context.js";
import { freshDatabase } from "../support/fresh-database.js";
import { snapshotRequest } from "../support/snapshot-request.js";
import { keepSnapshot } from "../support/source.js";

test.each(["custom", "directory", "plain"])(
  "a %s snapshot restores into a scratch cluster with equal fingerprints",
  async (format) => {
    await using db = await freshDatabase(inject("postgresUrl"));
    await db.sql(`
    CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, r text, twice int GENERATED ALWAYS AS (length(r) * 2) STORED);
    INSERT INTO a (r) SELECT repeat('x', i % 50) FROM generate_series(1, 3000) i;
    CREATE SEQUENCE s START 7; SELECT nextval('s');
    CREATE TABLE measured (at date NOT NULL, value float8) PARTITION BY RANGE (at);
    CREATE TABLE measured_2025 PARTITION OF measured FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    CREATE TABLE measured_2026 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    INSERT INTO measured SELECT date '2025-06-01' + i, i / 3.0 FROM generate_series(0, 400) i;
    CREATE TABLE child (a int REFERENCES a (id)); INSERT INTO child SELECT i FROM generate_series(1, 10) i;
    CREATE VIEW v AS SELECT count(*) FROM a; CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM a;
    SELECT lo_from_bytea(0, '\\x00010203'); SELECT lo_from_bytea(0, '');
  `);
    await using t = await testContext();
    await using driver = await postgresEngine.open({ engine: "postgres", name: "x", location: db.url }, t.context);
    await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { format }));
    const fingerprint = snapshot.fingerprint();
    const kept = await keepSnapshot(snapshot);
    const taken = await fingerprint;
    expect(snapshot.isPartial).toBe(false);
    expect(snapshot.parts.map(({ kind }) => kind)).toEqual(["main", "globals", "database"]);

    await using scratch = await postgresEngine.openScratch(
      { dir: t.scratchDir, url: null, serverVersion: snapshot.origin.serverVersion },
      t.context,
    );
    const copy = await scratch.load(kept.source, { jobs: 2 });
    const restored = await copy.fingerprint("hash");
    const expected = format === "plain" ? taken.tables.filter(({ kind }) => kind !== "sequence") : taken.tables;
    const found = format === "plain" ? restored.tables.filter(({ kind }) => kind !== "sequence") : restored.tables;
    expect(found).toEqual(expected);
    expect(taken.tables.length).toBeGreaterThan(5);
    expect(restored.schemaHash).toBe(taken.schemaHash);
  },
);
