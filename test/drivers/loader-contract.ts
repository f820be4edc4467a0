import { expect, test } from "vitest";
import type { Driver } from "#dbops/drivers/driver.js";
import type { Loader, LoadFault, LoadTable, TableFault, TableLoadEnd } from "#dbops/drivers/load-model.js";
import type { FieldValue } from "#dbops/lib/core/field-value.js";

/** A database that a loader works on. */
export interface LoaderWorld extends AsyncDisposable {
  readonly driver: Driver;
  /** Runs statements past dbops. */
  sql(...statements: readonly string[]): Promise<void>;
  /** All rows of a query, past dbops; integers as numbers. */
  rows(query: string): Promise<unknown[]>;
}

export interface LoaderEngine {
  readonly title: string;
  readonly integer: string;
  open(): Promise<LoaderWorld>;
}

type Fields = readonly (readonly FieldValue[])[];

/** Loads all records of one table and ends it. */
export async function loadAll(
  loader: Loader,
  table: Partial<LoadTable> & { readonly columns: readonly string[] },
  rows: Fields,
): Promise<TableLoadEnd & { readonly all: readonly LoadFault[] }> {
  const load = await loader.load({ table: { schema: null, name: "t" }, onConflict: { kind: "fail" }, ...table });
  const found: LoadFault[] = [...(await load.add(rows))];
  const end = await load.end();
  return { ...end, all: [...found, ...end.faults] };
}

const indexes = (faults: readonly (LoadFault | TableFault)[]): unknown[] => faults.map(({ index }) => index).sort();

/** What both engines keep. */
export function loaderContract({ title, integer, open }: LoaderEngine): void {
  const T = `CREATE TABLE t (id ${integer} PRIMARY KEY, name text NOT NULL, n ${integer} CHECK (n < 100))`;
  const columns = ["id", "name", "n"];

  const using = async (statements: readonly string[], work: (world: LoaderWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql(...statements);
    await work(world);
  };

  test(`${title}: nothing is there before the commit, everything after it`, () =>
    using([T], async ({ driver, rows }) => {
      await using loader = await driver.openLoader({ maxFaults: 0 });
      const { counts, all } = await loadAll(loader, { columns }, [
        ["1", "a\tb\\c\nd\re", "2"],
        [{ kind: "number", text: "2" }, "", null],
      ]);
      expect([counts, all]).toEqual([{ inserted: 2, updated: 0, skipped: 0 }, []]);
      expect(await rows("SELECT * FROM t")).toEqual([]);
      expect(await loader.settle()).toEqual([]);
      expect(await loader.commit()).toEqual([]);
      expect(await rows("SELECT * FROM t ORDER BY id")).toEqual([
        { id: 1, name: "a\tb\\c\nd\re", n: 2 },
        { id: 2, name: "", n: null },
      ]);
    }));

  test(`${title}: disposing rolls back`, () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 1)"], async ({ driver, rows }) => {
      {
        await using loader = await driver.openLoader({ maxFaults: 0 });
        expect(await loader.empty({ schema: null, name: "t" })).toBe(1);
        await loadAll(loader, { columns }, [["1", "new", "1"]]);
      }
      expect(await rows("SELECT * FROM t")).toEqual([{ id: 9, name: "old", n: 1 }]);
    }));

  test(`${title}: the first fault names its record`, () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 1)"], async ({ driver }) => {
      const good = [
        ["1", "a", "1"],
        ["2", "b", "2"],
      ];
      for (const [bad, column] of [
        [["9", "key", "1"], undefined],
        [["3", null, "1"], "name"],
        [["3", "check", "100"], undefined],
      ] as const) {
        await using loader = await driver.openLoader({ maxFaults: 0 });
        const { all } = await loadAll(loader, { columns }, [...good, bad, ["4", "d", "4"]]);
        expect(indexes(all)).toEqual([2]);
        if (column !== undefined) expect(all[0]?.column).toBe(column);
      }
    }));

  test(`${title}: faults are counted out exactly, wherever they stand`, () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 1)"], async ({ driver, rows }) => {
      const records: FieldValue[][] = [];
      for (let id = 100; id < 12_100; id += 1) records.push([String(id), `row ${id}`, "1"]);
      records[0] = ["9", "key", "1"];
      records[4_999] = ["4999", null, "1"];
      records[5_000] = ["5000", "check", "100"];
      records[7_777] = ["101", "twice", "1"];
      records[11_999] = ["9", "key", "1"];
      await using loader = await driver.openLoader({ maxFaults: 5 });
      const { counts, all } = await loadAll(loader, { columns }, records);
      expect(all.map(({ index }) => index)).toEqual([0, 4_999, 5_000, 7_777, 11_999]);
      expect(counts).toEqual({ inserted: 11_995, updated: 0, skipped: 0 });
      expect([await loader.settle(), await loader.commit()]).toEqual([[], []]);
      expect(await rows("SELECT count(*) AS n FROM t WHERE name <> 'old'")).toEqual([{ n: 11_995 }]);
    }));

  test(`${title}: skip leaves out keys that are there, and nothing else`, () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 1)"], async ({ driver, rows }) => {
      await using loader = await driver.openLoader({ maxFaults: 1 });
      const { counts, all } = await loadAll(loader, { columns, onConflict: { kind: "skip" } }, [
        ["9", "new", "1"],
        ["1", "a", "1"],
        ["1", "again", "1"],
        ["2", null, "1"],
      ]);
      expect(counts).toEqual({ inserted: 1, updated: 0, skipped: 2 });
      expect(indexes(all)).toEqual([3]);
      expect(await loader.commit()).toEqual([]);
      expect(await rows("SELECT id, name FROM t ORDER BY id")).toEqual([
        { id: 1, name: "a" },
        { id: 9, name: "old" },
      ]);
    }));

  test(`${title}: update sets the supplied columns only, and the last record of a key wins`, () =>
    using([T, "INSERT INTO t VALUES (9, 'old', 7)"], async ({ driver, rows }) => {
      await using loader = await driver.openLoader({ maxFaults: 0 });
      const onConflict = { kind: "update", key: ["id"] } as const;
      const { counts, all } = await loadAll(loader, { columns: ["name", "id"], onConflict }, [
        ["new", "9"],
        ["first", "1"],
        ["second", "1"],
        ["third", "1"],
      ]);
      expect([counts, all]).toEqual([{ inserted: 1, updated: 3, skipped: 0 }, []]);
      expect(await loader.commit()).toEqual([]);
      expect(await rows("SELECT * FROM t ORDER BY id")).toEqual([
        { id: 1, name: "third", n: null },
        { id: 9, name: "new", n: 7 },
      ]);
    }));

  test(`${title}: a record of nothing but its key is skipped when the key is there`, () =>
    using(
      [`CREATE TABLE t (a ${integer}, b ${integer}, PRIMARY KEY (a, b))`, "INSERT INTO t VALUES (1, 1)"],
      async ({ driver }) => {
        await using loader = await driver.openLoader({ maxFaults: 0 });
        const onConflict = { kind: "update", key: ["a", "b"] } as const;
        const { counts } = await loadAll(loader, { columns: ["b", "a"], onConflict }, [
          ["1", "1"],
          ["2", "1"],
        ]);
        expect(counts).toEqual({ inserted: 1, updated: 0, skipped: 1 });
      },
    ));

  test(`${title}: a conflict on another key than the one that is updated by is a fault`, () =>
    using(
      [`CREATE TABLE t (id ${integer} PRIMARY KEY, name text UNIQUE)`, "INSERT INTO t VALUES (1, 'a'), (2, 'b')"],
      async ({ driver }) => {
        await using loader = await driver.openLoader({ maxFaults: 2 });
        const onConflict = { kind: "update", key: ["id"] } as const;
        const { counts, all } = await loadAll(loader, { columns: ["id", "name"], onConflict }, [
          ["1", "c"],
          ["2", "c"],
          ["3", "b"],
        ]);
        expect(indexes(all)).toEqual([1, 2]);
        expect(counts).toEqual({ inserted: 0, updated: 1, skipped: 0 });
      },
    ));

  const TREE = [`CREATE TABLE t (id ${integer} PRIMARY KEY, up ${integer} REFERENCES t (id))`];

  test(`${title}: a reference may lead to a later record, and where it leads nowhere its record is named`, () =>
    using(TREE, async ({ driver, rows }) => {
      const tree = { columns: ["id", "up"] };
      const records = [
        ["1", "4"],
        ["2", "77"],
        ["3", "2"],
        ["4", null],
      ];
      {
        await using loader = await driver.openLoader({ maxFaults: 0 });
        const { all } = await loadAll(loader, tree, [
          ["1", "4"],
          ["4", null],
        ]);
        expect([all, await loader.settle(), await loader.commit()]).toEqual([[], [], []]);
      }
      {
        await using loader = await driver.openLoader({ maxFaults: 0 });
        await loader.empty({ schema: null, name: "t" });
        const { all } = await loadAll(loader, tree, records);
        const late = all.length > 0 ? all : [...(await loader.settle()), ...(await loader.commit())];
        expect(late[0]?.reason).toMatch(/foreign key/i);
      }
      await using loader = await driver.openLoader({ maxFaults: 5 });
      await loader.empty({ schema: null, name: "t" });
      const { counts, all } = await loadAll(loader, tree, records);
      const settled = await loader.settle();
      expect([indexes(all), indexes(settled)]).toEqual([[], [1, 2]]);
      expect(counts.inserted - settled.length).toBe(2);
      expect(await loader.commit()).toEqual([]);
      expect(await rows("SELECT id FROM t ORDER BY id")).toEqual([{ id: 1 }, { id: 4 }]);
    }));

  test(`${title}: names are names, whatever they hold`, () =>
    using([], async ({ driver, rows }) => {
      const name = `a"; drop table x;--`;
      const table = { schema: null, name };
      await using loader = await driver.openLoader({ maxFaults: 0 });
      await loader.create({
        table,
        columns: [
          { name: `se"lect`, type: { kind: "portable", type: "integer" } },
          { name: "from", type: { kind: "portable", type: "text" } },
        ],
      });
      const { counts } = await loadAll(loader, { table, columns: [`se"lect`, "from"] }, [["1", "a"]]);
      expect([counts.inserted, await loader.commit()]).toEqual([1, []]);
      expect(await rows(`SELECT * FROM "a""; drop table x;--"`)).toEqual([{ [`se"lect`]: 1, from: "a" }]);
      await loader.drop(table);
      expect(await loader.commit()).toEqual([]);
      await expect(rows(`SELECT * FROM "a""; drop table x;--"`)).rejects.toThrow(/no such table|does not exist/);
    }));

  test(`${title}: after a commit loading goes on`, () =>
    using([T], async ({ driver, rows }) => {
      {
        await using loader = await driver.openLoader({ maxFaults: 0 });
        await loadAll(loader, { columns }, [["1", "a", "1"]]);
        expect(await loader.commit()).toEqual([]);
        await loadAll(loader, { columns }, [["2", "b", "1"]]);
      }
      expect(await rows("SELECT id FROM t")).toEqual([{ id: 1 }]);
    }));
}
