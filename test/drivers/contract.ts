import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Driver, Engine, TargetAddress } from "#dbops/drivers/driver.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { mainBytes, sourceOf, wholeSnapshot } from "../support/snapshots.js";

/** What a suite needs of an engine: databases made by plain SQL that every engine understands. */
export interface EngineFixture {
  readonly engine: Engine;
  /** A new database in which the statements have been run. */
  make(statements: readonly string[]): Promise<TargetAddress>;
  /** Runs statements as another program would. */
  change(address: TargetAddress, statements: readonly string[]): Promise<void>;
  /** An address where nothing is, on a machine or server that exists. */
  nowhere(): TargetAddress;
  /** Folder for throw-away databases. */
  readonly scratchDir: string;
  dispose(): Promise<void>;
}

const SHOP = [
  "CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email text UNIQUE)",
  `CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
   total double precision DEFAULT 0, note text, CHECK (total >= 0))`,
  "CREATE INDEX orders_by_customer ON orders (customer_id, total)",
  "CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 100",
  "INSERT INTO customers VALUES (1, 'Ada', 'ada@example.com'), (2, 'Grace', NULL), (3, 'Ünïcødé 名前', 'u@example.com')",
  "INSERT INTO orders VALUES (1, 1, 12.5, 'first'), (2, 1, 0.1, NULL), (3, 2, 300, 'line one\nline two')",
];

/** The same promises for every engine: DESIGN, section 3. */
export function driverContract(title: string, openFixture: () => Promise<EngineFixture>): void {
  let fixture: EngineFixture;
  let world: TestContext;
  beforeAll(async () => {
    fixture = await openFixture();
  });
  afterAll(async () => {
    await fixture.dispose();
  });
  beforeEach(async () => {
    world = await testContext();
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  const open = (address: TargetAddress): Promise<Driver> => fixture.engine.open(address, world.context);
  const shop = (): Promise<TargetAddress> => fixture.make(SHOP);

  /** The bytes and the fingerprint of a snapshot of everything. */
  async function backUp(address: TargetAddress) {
    await using driver = await open(address);
    await using snapshot = await driver.takeSnapshot(wholeSnapshot(world.workDir));
    const [bytes, fingerprint, condition] = await Promise.all([
      mainBytes(snapshot),
      snapshot.fingerprint(),
      snapshot.condition(),
    ]);
    const kind = snapshot.parts[0]?.extension ?? "";
    return { bytes, fingerprint, condition, kind, source: sourceOf(kind, bytes), isPartial: snapshot.isPartial };
  }

  describe(`${title}: connecting`, () => {
    test("tells what it is connected to", async () => {
      const address = await shop();
      await using driver = await open(address);
      const facts = await driver.server();
      expect(driver.engine).toBe(fixture.engine.name);
      expect(facts).toMatchObject({ engine: fixture.engine.name, version: expect.stringMatching(/^\d+\./) });
      expect(facts.versionNumber).toBeGreaterThan(100_000);
      expect(facts.sizeBytes).toBeGreaterThan(0);
      expect(facts.settings.length).toBeGreaterThan(0);
      expect(driver.identity.consentTokens.length).toBeGreaterThan(0);
    });

    test("the identity is the same for every connection and differs between databases", async () => {
      const [one, other] = [await shop(), await shop()];
      await using first = await open(one);
      await using again = await open(one);
      await using second = await open(other);
      expect(first.identity.key).toBe(again.identity.key);
      expect(first.identity.key).not.toBe(second.identity.key);
    });

    test("a missing database is diagnosed", async () => {
      await expect(open(fixture.nowhere())).rejects.toMatchObject({ name: "DbopsError", exitName: "UNREACHABLE" });
    });

    test("a refused statement is an error of the database, not a bug", async () => {
      await using driver = await open(await shop());
      await expect(driver.query("SELECT * FROM no_such_table")).rejects.toMatchObject({ code: "DB.REFUSED" });
    });

    test("doctor finds nothing wrong with a healthy database", async () => {
      await using driver = await open(await shop());
      const lines = await driver.diagnose();
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter(({ status }) => status === "error")).toEqual([]);
    });
  });

  describe(`${title}: reading`, () => {
    test("the schema has tables, keys, indexes, checks, defaults and views", async () => {
      await using driver = await open(await shop());
      const { tables, views } = await driver.schema();
      expect(tables.map(({ name }) => name).sort()).toEqual(["customers", "orders"]);
      const orders = tables.find(({ name }) => name === "orders");
      expect(orders?.primaryKey).toEqual(["id"]);
      expect(orders?.columns.map(({ name }) => name)).toEqual(["id", "customer_id", "total", "note"]);
      expect(orders?.columns.find(({ name }) => name === "customer_id")?.isNullable).toBe(false);
      expect(orders?.columns.find(({ name }) => name === "total")?.defaultSql).toMatch(/0/);
      expect(orders?.foreignKeys).toMatchObject([
        { columns: ["customer_id"], references: { table: "customers", columns: ["id"] }, onDelete: "CASCADE" },
      ]);
      expect(orders?.indexes.find(({ name }) => name === "orders_by_customer")).toMatchObject({
        columns: ["customer_id", "total"],
        isUnique: false,
      });
      expect(orders?.checks.map(({ sql }) => sql).join()).toMatch(/total/);
      expect(views.map(({ name }) => name)).toEqual(["big_orders"]);
    });

    test("rows arrive exact and in batches", async () => {
      const address = await fixture.make([
        "CREATE TABLE exact (id integer PRIMARY KEY, big bigint, word text, part double precision)",
        "INSERT INTO exact VALUES (1, 9223372036854775807, 'ä\u{1F600}', 0.1), (2, -9007199254740993, '', NULL), (3, NULL, NULL, -2.5)",
      ]);
      await using driver = await open(address);
      const batches = [];
      const [schema = null] = (await driver.schema()).tables.map((table) => table.schema);
      const request = { table: { schema, name: "exact" }, columns: ["id", "big", "word", "part"], batchSize: 2 };
      for await (const { rows } of driver.rows.read(request)) batches.push(rows);
      expect(batches.map((rows) => rows.length)).toEqual([2, 1]);
      expect(batches.flat().map(([, big]) => (big === null ? null : String(big)))).toEqual([
        "9223372036854775807",
        "-9007199254740993",
        null,
      ]);
      expect(batches.flat().map(([, , word, part]) => [word, part])).toEqual([
        ["ä\u{1F600}", 0.1],
        ["", null],
        [null, -2.5],
      ]);
    });
  });

  describe(`${title}: fingerprints`, () => {
    test("counts and hashes every table", async () => {
      await using driver = await open(await shop());
      const { algorithm, tables } = await driver.fingerprint("hash");
      expect(algorithm).toMatch(/\/\d+$/);
      const rows = tables.filter(({ kind }) => kind === "table").map(({ name, rows }) => [name, rows]);
      expect(rows.sort()).toEqual([
        ["customers", 3],
        ["orders", 3],
      ]);
      expect(tables.every(({ hash }) => (hash ?? "").length > 0)).toBe(true);
      const counted = await driver.fingerprint("counts");
      expect(counted.algorithm).toBeNull();
      expect(counted.tables.every(({ hash }) => hash === null)).toBe(true);
    });

    test("a changed value changes its table's hash alone, and a changed structure the schema's", async () => {
      const address = await shop();
      await using driver = await open(address);
      const hashOf = async (name: string) =>
        (await driver.fingerprint("hash")).tables.find((table) => table.name === name)?.hash;
      const [orders, customers] = [await hashOf("orders"), await hashOf("customers")];
      const { schemaHash } = await driver.fingerprint("none");
      await fixture.change(address, ["UPDATE orders SET note = 'First' WHERE id = 1"]);
      expect(await hashOf("orders")).not.toBe(orders);
      expect(await hashOf("customers")).toBe(customers);
      expect((await driver.fingerprint("none")).schemaHash).toBe(schemaHash);
      await fixture.change(address, ["CREATE TABLE more (id integer)"]);
      expect((await driver.fingerprint("none")).schemaHash).not.toBe(schemaHash);
    });
  });

  describe(`${title}: snapshots`, () => {
    test("are whole, not damaged and readable by inspect", async () => {
      const { bytes, condition, kind, isPartial } = await backUp(await shop());
      expect(condition.state).not.toBe("damaged");
      expect(isPartial).toBe(false);
      expect(fixture.engine.fileKinds).toContain(kind);
      const facts = await fixture.engine.inspect(kind, Readable.from([bytes]), world.context);
      expect(facts.entries).toBeGreaterThan(0);
    });

    test("a cut or empty stream is damage", async () => {
      const { bytes, kind } = await backUp(await shop());
      for (const cut of [Buffer.alloc(0), bytes.subarray(0, 7), bytes.subarray(0, Math.floor(bytes.length * 0.6))]) {
        const inspecting = fixture.engine.inspect(kind, Readable.from([cut]), world.context);
        await expect(inspecting).rejects.toMatchObject({ code: "BACKUP.DAMAGED" });
      }
    });

    test("are of one moment: what is written afterwards is in neither data nor fingerprint", async () => {
      const address = await shop();
      await using driver = await open(address);
      await using snapshot = await driver.takeSnapshot(wholeSnapshot(world.workDir));
      await fixture.change(address, ["INSERT INTO customers VALUES (4, 'Late', NULL)"]);
      const [bytes, fingerprint] = await Promise.all([mainBytes(snapshot), snapshot.fingerprint()]);
      expect(fingerprint.tables.find(({ name }) => name === "customers")?.rows).toBe(3);
      await using scratch = await openScratch();
      const copy = await scratch.load(sourceOf(snapshot.parts[0]?.extension ?? "", bytes), { jobs: 1 });
      expect((await copy.fingerprint("hash")).tables).toEqual(fingerprint.tables);
    });

    test("can be taken of an empty database, and of one with only views", async () => {
      for (const statements of [[], ["CREATE VIEW one AS SELECT 1 AS n"]]) {
        const { source, fingerprint, condition } = await backUp(await fixture.make(statements));
        expect(condition.state).not.toBe("damaged");
        await using scratch = await openScratch();
        const copy = await (await scratch.load(source, { jobs: 1 })).fingerprint("hash");
        expect(copy.tables).toEqual(fingerprint.tables);
        expect(copy.schemaHash).toBe(fingerprint.schemaHash);
      }
    });

    test("hold tables and columns of any name", async () => {
      const names = ['with "quotes"', "two words", "$(touch x)", "naïve 表", "a".repeat(63), "select", "semi;colon--"];
      const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
      const statements = quoted.flatMap((name) => [
        `CREATE TABLE ${name} (${name} text)`,
        `INSERT INTO ${name} VALUES ('it''s')`,
      ]);
      const { source, fingerprint } = await backUp(await fixture.make(statements));
      expect(fingerprint.tables.map(({ name }) => name).sort()).toEqual([...names].sort());
      await using scratch = await openScratch();
      expect((await (await scratch.load(source, { jobs: 1 })).fingerprint("hash")).tables).toEqual(fingerprint.tables);
    });

    test("end at once when the run is aborted", async () => {
      await using driver = await open(await shop());
      world.abort.abort(new Error("stop"));
      await expect(driver.takeSnapshot(wholeSnapshot(world.workDir))).rejects.toThrow("stop");
    });
  });

  describe(`${title}: restoring`, () => {
    const swapping = { disconnect: false, waitMs: 0, at: new Date("2026-09-01T02:15:00Z") };
    const loading = { jobs: 1, isInPlace: false };

    test("loads beside, swaps, keeps what was there, and undoes", async () => {
      const address = await shop();
      const { source, fingerprint } = await backUp(address);
      await fixture.change(address, ["DELETE FROM orders", "INSERT INTO customers VALUES (9, 'New', NULL)"]);

      await using restorer = await fixture.engine.restorer(address, world.context);
      const current = await restorer.current();
      expect(current?.tables.map(({ name, rows }) => [name, rows]).sort()).toEqual([
        ["customers", 4],
        ["orders", 0],
      ]);
      const preflight = await restorer.preflight(source, loading);
      expect(preflight.filter(({ isOk }) => !isOk)).toEqual([]);

      await using copy = await restorer.load(source, loading);
      expect((await copy.fingerprint("hash")).tables).toEqual(fingerprint.tables);
      expect(await rowsOf(address, "orders")).toBe(0);
      const { previous } = await copy.swap(swapping);
      expect(previous).not.toBeNull();
      expect(await rowsOf(address, "orders")).toBe(3);

      const [kept] = await restorer.previous();
      expect(kept?.name).toBe(previous);
      if (kept === undefined) throw new Error("nothing was kept");
      await restorer.undo(kept, { ...swapping, at: new Date("2026-09-01T03:00:00Z") });
      expect(await rowsOf(address, "orders")).toBe(0);
      expect(await rowsOf(address, "customers")).toBe(4);

      const [newest] = await restorer.previous();
      if (newest === undefined) throw new Error("what was undone was not kept");
      await restorer.discard(newest);
      expect(await restorer.previous()).toEqual([]);
      expect(await restorer.recover()).toEqual([]);
    });

    test("a loaded copy that is not swapped in leaves nothing behind", async () => {
      const address = await shop();
      const { source } = await backUp(address);
      await using restorer = await fixture.engine.restorer(address, world.context);
      {
        await using _copy = await restorer.load(source, loading);
      }
      expect(await restorer.previous()).toEqual([]);
      expect(await restorer.recover()).toEqual([]);
      expect(await rowsOf(address, "orders")).toBe(3);
    });

    test("a damaged stream never reaches the target", async () => {
      const address = await shop();
      const { bytes, kind } = await backUp(address);
      await using restorer = await fixture.engine.restorer(address, world.context);
      const cut = sourceOf(kind, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
      await expect(restorer.load(cut, loading)).rejects.toMatchObject({ name: "DbopsError" });
      expect(await rowsOf(address, "orders")).toBe(3);
      expect(await restorer.recover()).toEqual([]);
    });

    test("into a place where nothing was keeps nothing", async () => {
      const { source, fingerprint } = await backUp(await shop());
      const address = fixture.nowhere();
      await using restorer = await fixture.engine.restorer(address, world.context);
      expect(await restorer.current()).toBeNull();
      await using copy = await restorer.load(source, loading);
      expect(await copy.swap(swapping)).toEqual({ previous: null });
      await using driver = await open(address);
      expect((await driver.fingerprint("hash")).tables).toEqual(fingerprint.tables);
    });

    test("in place, when a place cannot be replaced", async () => {
      const address = await shop();
      const { source, fingerprint } = await backUp(address);
      await fixture.change(address, ["DELETE FROM orders"]);
      await using restorer = await fixture.engine.restorer(address, world.context);
      await using copy = await restorer.load(source, { ...loading, isInPlace: true });
      await copy.swap(swapping);
      await using driver = await open(address);
      expect((await driver.fingerprint("hash")).tables).toEqual(fingerprint.tables);
    });

    async function rowsOf(address: TargetAddress, name: string): Promise<number | null | undefined> {
      await using driver = await open(address);
      return (await driver.fingerprint("counts")).tables.find((table) => table.name === name)?.rows;
    }
  });

  describe(`${title}: locks`, () => {
    test("exclude other runs until released", async () => {
      const address = await shop();
      await using driver = await open(address);
      await using restorer = await fixture.engine.restorer(address, world.context);
      const options = { purpose: "data", waitMs: 0, holder: { run: "r1", command: "restore" } } as const;
      {
        await using held = await driver.lock(options);
        expect(held.place).not.toBe("");
        await expect(restorer.lock({ ...options, holder: { run: "r2", command: "restore" } })).rejects.toMatchObject({
          code: "LOCK.HELD",
          why: expect.stringContaining("r1"),
        });
      }
      await using _again = await restorer.lock(options);
    });
  });

  async function openScratch() {
    return await fixture.engine.openScratch({ dir: fixture.scratchDir, url: null, serverVersion: null }, world.context);
  }
}
