import { describe, expect, test } from "vitest";
import type { CopyColumn, CopyRead, RowKey } from "#dbops/drivers/copy-rows-model.js";
import { type Asked, BY_ID, collect, fieldsOf, fileWorld, ID, rowsWorld, VALUE } from "../support/copy-rows-world.js";

test("cells behind a text that looks like several are not taken for one", async () => {
  await using world = await fileWorld([
    "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, d NUMERIC, e NUMERIC, b BLOB, i INTEGER)",
    "INSERT INTO t VALUES (1, 'a' || char(9) || 'b', 12, 13, x'00', 5), (2, 'c' || char(10) || 'd', 1.5, NULL, x'01', 6)",
  ]);
  const column = (name: string, type: CopyColumn["type"]): CopyColumn => ({
    name,
    type,
    stored: VALUE,
    misfit: "fail",
  });
  const numeric = { kind: "numeric", precision: null, scale: null } as const;
  const s = column("s", { kind: "text" });
  const [d, e] = [column("d", numeric), column("e", numeric)];
  const [b, i] = [column("b", { kind: "bytes" }), column("i", { kind: "integer", bits: 64 })];
  expect(await world.rows({ columns: [ID, s, d, e], key: BY_ID })).toBe("1\ta\\tb\t12\t13\n2\tc\\nd\t1.5\t\\N\n");
  expect(await world.rows({ columns: [ID, s, b, i], key: BY_ID })).toBe("1\ta\\tb\t\\\\x00\t5\n2\tc\\nd\t\\\\x01\t6\n");
});

describe("keys", () => {
  const text = (name: string): CopyColumn => ({ name, type: { kind: "text" }, stored: VALUE, misfit: "fail" });
  const columns = [text("a"), text("b")];
  const key: RowKey = { kind: "columns", columns: ["a", "b"] };

  test("order by bytes, NULL first, and bound a read on both sides", async () => {
    await using world = await fileWorld([
      "CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT)",
      "INSERT INTO t VALUES ('b', '1'), ('B', '2'), (NULL, '3'), ('b', NULL), (NULL, NULL), ('é', 'x'), ('a', '1')",
    ]);
    const all = "\\N\t\\N\n\\N\t3\nB\t2\na\t1\nb\t\\N\nb\t1\né\tx\n";
    expect(await world.rows({ columns, key })).toBe(all);
    const lines = all.split("\n").slice(0, -1);
    for (const [at, after] of lines.entries()) {
      for (const [end, upTo] of lines.entries()) {
        const expected = lines.slice(at + 1, end + 1).map((line) => `${line}\n`);
        expect([after, upTo, await world.rows({ columns, key, after, upTo })]).toEqual([
          after,
          upTo,
          expected.join(""),
        ]);
      }
    }
  });

  test("work in a table without rowid, and by the hidden number", async () => {
    await using world = await fileWorld([
      "CREATE TABLE t (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
      "INSERT INTO t VALUES ('2', '1'), ('1', '2'), ('1', '1')",
      "CREATE TABLE u (a TEXT, b TEXT)",
      "INSERT INTO u (rowid, a) VALUES (-5, 'x'), (7, 'z'), (3, 'y')",
    ]);
    expect(await world.rows({ columns, key, after: "1\t1" })).toBe("1\t2\n2\t1\n");
    const hidden: Asked = { table: { schema: null, name: "u" }, columns: [text("a")], key: { kind: "hidden" } };
    expect(await world.rows(hidden)).toBe("x\ny\nz\n");
    const { events } = await world.read({ ...hidden, after: "-5", upTo: "3" });
    expect(events.map((event) => (event.kind === "rows" ? [event.rows, event.lastKey] : event))).toEqual([[1, "3"]]);
  });

  test("walk over gaps between the rows' numbers, however wide", async () => {
    const many = (from: number, count: number, step: number): string =>
      `INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
       SELECT ${from} + ${step} * i, printf('%0100d', i) FROM n`;
    await using world = await fileWorld([
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
      many(1, 20_000, 1),
      many(1_000_000, 5000, 1000),
      many(9_000_000_000, 5000, 1),
      "INSERT INTO t VALUES (-9223372036854775808, 'least'), (9223372036854775807, 'most')",
    ]);
    const { events } = await world.read({ columns: [ID], key: BY_ID });
    const batches = events.flatMap((event) => (event.kind === "rows" ? [event] : []));
    const ids = batches.flatMap(({ bytes }) => Buffer.from(bytes).toString().trimEnd().split("\n"));
    expect([ids.length, new Set(ids).size, ids[0], ids.at(-1)]).toEqual([
      30_002,
      30_002,
      "-9223372036854775808",
      "9223372036854775807",
    ]);
    // Each batch says by which row the next one begins behind it.
    let end = 0;
    for (const { rows, lastKey } of batches) {
      end += rows;
      expect(lastKey).toBe(ids[end - 1]);
    }
  });

  test("several reads of one reader go on side by side", async () => {
    const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)";
    await using world = await fileWorld([
      "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)",
      `INSERT INTO t ${rows} SELECT i, printf('%020d', i) FROM n`,
    ]);
    const asked: CopyRead = {
      table: { schema: null, name: "t" },
      columns: [text("b")],
      key: { kind: "hidden" },
      after: null,
      upTo: null,
    };
    const [one, other] = [
      world.reader.read(asked)[Symbol.asyncIterator](),
      world.reader.read(asked)[Symbol.asyncIterator](),
    ];
    const [first, same] = [await one.next(), await other.next()];
    expect(first).toEqual(same);
    await one.return?.();
    const rest = await collect({ [Symbol.asyncIterator]: () => other });
    expect(rest.text.endsWith("00000000000000060000\n")).toBe(true);
  });
});

describe("text that is none elsewhere", () => {
  const column: CopyColumn = { name: "v", type: { kind: "text" }, stored: VALUE, misfit: "fail" };
  const asked: Asked = { columns: [ID, column], key: BY_ID };
  const values = ["'plain'", "'a' || char(0) || 'b'", "CAST(x'61ff' AS TEXT)"];

  test("fails with its place, unless something was chosen", async () => {
    await using nul = await rowsWorld(values);
    await expect(nul.read(asked)).rejects.toMatchObject({
      code: "COPY.UNFIT",
      message: expect.stringContaining("at id 2"),
    });
    await using invalid = await rowsWorld(values, { nul: "strip", invalidUtf8: "fail" });
    await expect(invalid.read(asked)).rejects.toMatchObject({ message: expect.stringContaining("at id 3") });
  });

  test.each([
    ["strip", "replace", "ab", "a\ufffd"],
    ["escape", "latin1", "a\\\\0b", "aÿ"],
  ] as const)("is changed as %s and %s say", async (nul, invalidUtf8, first, second) => {
    await using world = await rowsWorld(values, { nul, invalidUtf8 });
    expect(fieldsOf(await world.rows(asked))).toEqual(["plain", first, second]);
  });

  test.each(["fc", "61fc", "fb3132", "fd3431", "f831", "fe", "ff"])(
    "is never taken for anything else: x%s",
    async (hex) => {
      await using world = await rowsWorld(["'a'", `CAST(x'${hex}' AS TEXT)`, "NULL", "'b'"]);
      await expect(world.read(asked)).rejects.toMatchObject({
        code: "COPY.UNFIT",
        message: expect.stringContaining("at id 2"),
      });
      await using latin1 = await rowsWorld(["NULL", `CAST(x'${hex}' AS TEXT)`], { nul: "fail", invalidUtf8: "latin1" });
      expect(fieldsOf(await latin1.rows(asked))).toEqual(["\\N", Buffer.from(hex, "hex").toString("latin1")]);
    },
  );

  test("asks for a column of bytes", async () => {
    await using world = await rowsWorld(values, { nul: "bytea", invalidUtf8: "bytea" });
    const { events } = await world.read(asked);
    expect(events.at(-1)).toMatchObject({ kind: "retype", column: "v", type: { kind: "bytes" } });
    const retyped: CopyColumn = { ...column, type: { kind: "bytes" } };
    expect(fieldsOf(await world.rows({ ...asked, columns: [ID, retyped] }))).toEqual([
      "\\\\x706c61696e",
      "\\\\x610062",
      "\\\\x61ff",
    ]);
  });

  test("is found in UTF-16 databases too", async () => {
    await using world = await fileWorld([
      "PRAGMA encoding = 'UTF-16le'",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
      "INSERT INTO t (v) VALUES ('é 😀'), ('a' || char(9))",
    ]);
    expect(fieldsOf(await world.rows(asked))).toEqual(["é 😀", "a\\t"]);
  });
});

test("values beyond 8 MiB come in parts, and only the row's end counts", async () => {
  const size = 20 * 1024 * 1024;
  await using world = await fileWorld([
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v, w)",
    "INSERT INTO t VALUES (1, 'small', x'01')",
    `INSERT INTO t VALUES (2, replace(hex(zeroblob(${size / 2})), '00', 'é' || char(10)), zeroblob(${size}))`,
    "INSERT INTO t VALUES (3, 'after', NULL)",
  ]);
  const columns: CopyColumn[] = [
    ID,
    { name: "v", type: { kind: "text" }, stored: VALUE, misfit: "fail" },
    { name: "w", type: { kind: "bytes" }, stored: VALUE, misfit: "fail" },
  ];
  const { text, events } = await world.read({ columns, key: BY_ID });
  const [first, large, last] = text.split("\n");
  expect([first, last]).toEqual(["1\tsmall\t\\\\x01", "3\tafter\t\\N"]);
  expect(large === `2\t${"é\\n".repeat(size / 2)}\t\\\\x${"00".repeat(size)}`).toBe(true);
  const parts = events.flatMap((event) => (event.kind === "rows" ? [event] : []));
  expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(3);
  expect(Math.max(...parts.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(4 * 1024 * 1024);
});

test("rows that are left out come as rejects and count nowhere", async () => {
  await using world = await rowsWorld(["1", "2", "3"]);
  await world.reader.leaveOut("t", [{ rowids: new BigInt64Array([2n]), reason: "no parent" }]);
  const column: CopyColumn = { name: "v", type: { kind: "integer", bits: 64 }, stored: VALUE, misfit: "fail" };
  const { text, rejects } = await world.read({ columns: [ID, column], key: BY_ID });
  expect([text, rejects]).toEqual([
    "1\t1\n3\t3\n",
    [
      {
        table: { schema: null, name: "t" },
        key: "rowid 2",
        column: null,
        value: null,
        reason: "no parent",
        isRowLeftOut: true,
      },
    ],
  ]);
  const { rows, columns } = await world.reader.totals({ schema: null, name: "t" }, [column]);
  expect([rows, columns]).toEqual([2n, [{ name: "v", filled: 2n, sum: "4", least: "1", greatest: "3", bytes: null }]]);
});

test("sums of the largest integers are exact", async () => {
  await using world = await rowsWorld(["9223372036854775807", "9223372036854775807", "-1", "NULL"]);
  const column: CopyColumn = { name: "v", type: { kind: "integer", bits: 64 }, stored: VALUE, misfit: "fail" };
  const { columns } = await world.reader.totals({ schema: null, name: "t" }, [column]);
  expect(columns[0]).toMatchObject({ filled: 3n, sum: "18446744073709551613", least: "-1" });
  // What was chosen for values that do not fit changes nothing where all do.
  const nulls = await world.reader.totals({ schema: null, name: "t" }, [{ ...column, misfit: "null" }]);
  expect(nulls.columns).toEqual(columns);
});

test("bytes are only counted where they are as many elsewhere", async () => {
  const column: CopyColumn = { name: "v", type: { kind: "text" }, stored: VALUE, misfit: "fail" };
  const bytesOf = async (encoding: string, ...values: readonly string[]): Promise<string | null | undefined> => {
    const inserts = values.map((value) => `INSERT INTO t VALUES (${value})`);
    await using world = await fileWorld([`PRAGMA encoding = '${encoding}'`, "CREATE TABLE t (v)", ...inserts]);
    return (await world.reader.totals({ schema: null, name: "t" }, [column])).columns[0]?.bytes;
  };
  expect(await bytesOf("UTF-8", "'é'", "12", "NULL")).toBe("4");
  expect(await bytesOf("UTF-8", "'é'", "0.1 + 0.2")).toBe(null);
  expect(await bytesOf("UTF-16le", "'é'")).toBe(null);
});
