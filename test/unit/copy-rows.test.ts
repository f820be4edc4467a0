import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { CopyRows } from "#dbops/drivers/copy-rows-model.js";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import { bagDifference } from "#dbops/lib/copy/bag-difference.js";
import { cellValue } from "#dbops/lib/copy/canonical-cell.js";
import { type RowHash, rowHash } from "#dbops/lib/copy/row-hash.js";
import { isSameCell } from "#dbops/lib/copy/same-cell.js";

const BLOCK = 65_536;

function batch(rows: readonly string[], lastKey: string | null = null): CopyRows {
  return { kind: "rows", bytes: Buffer.from(rows.map((row) => `${row}\n`).join("")), rows: rows.length, lastKey };
}

/** Fills a hash with rows 0 to `count`, `size` at a time; the key is the row itself. */
function filled(hash: RowHash, count: number, size: number): RowHash {
  for (let from = 0; from < count; from += size) {
    const rows = Array.from({ length: Math.min(size, count - from) }, (_, at) => `${from + at}`);
    hash.add(batch(rows, rows.at(-1) ?? null));
  }
  return hash;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe("rows in order", () => {
  test("are the SHA-256 of their text", () => {
    const hash = rowHash("order");
    hash.add(batch(["1\ta", "2\tb"]));
    hash.add(batch(["3\t\\N"]));
    expect(hash.digest()).toMatchObject({ checksum: `sha256:${sha256("1\ta\n2\tb\n3\t\\N\n")}`, rows: 3, bytes: 13 });
  });

  test("none are the SHA-256 of nothing", () => {
    expect(rowHash("order").digest()).toEqual({ checksum: `sha256:${sha256("")}`, rows: 0, bytes: 0, marks: [] });
  });

  test("have the same marks however they were batched", () => {
    const count = 3 * BLOCK + 5;
    const marks = [1000, BLOCK, 2 * BLOCK, 50_000, count].map((size) =>
      filled(rowHash("order"), count, size)
        .digest()
        .marks.map((mark) => mark.sha256),
    );
    const text = (rows: number) => Array.from({ length: rows }, (_, at) => `${at}\n`).join("");
    expect(marks[0]).toEqual([sha256(text(BLOCK)), sha256(text(2 * BLOCK)), sha256(text(3 * BLOCK))]);
    for (const other of marks) expect(other).toEqual(marks[0]);
  });

  test("say where reading can begin again: at a batch's end, at or before the block's", () => {
    const { marks } = filled(rowHash("order"), 2 * BLOCK, 50_000).digest();
    expect(marks.map(({ key, keyRows }) => [key, keyRows])).toEqual([
      ["49999", 50_000],
      [String(2 * BLOCK - 1), 2 * BLOCK],
    ]);
  });

  test("go on apart after a fork", () => {
    const one = filled(rowHash("order"), 10, 3);
    const other = one.fork();
    other.add(batch(["x"]));
    expect(one.digest().checksum).toBe(filled(rowHash("order"), 10, 10).digest().checksum);
    expect(other.digest().checksum).not.toBe(one.digest().checksum);
  });
});

describe("rows without an order", () => {
  test("are the sum of the SHA-256 of each, modulo 2^256", () => {
    const rows = Array.from({ length: 1000 }, (_, at) => `${at}\tvalue ${at}`);
    const hash = rowHash("bag");
    hash.add(batch(rows.slice(0, 300)));
    hash.add(batch(rows.slice(300)));
    const sum = rows.reduce((all, row) => all + BigInt(`0x${sha256(`${row}\n`)}`), 0n) % (1n << 256n);
    expect(hash.digest().checksum).toBe(`sum:1000:${sum.toString(16).padStart(64, "0")}`);
  });

  test("are equal in any order, and not when one is there twice", () => {
    const of = (rows: readonly string[]) => {
      const hash = rowHash("bag");
      hash.add(batch(rows));
      return hash.digest().checksum;
    };
    expect(of(["a", "b", "c"])).toBe(of(["c", "a", "b"]));
    expect(of(["a", "b", "b"])).not.toBe(of(["a", "a", "b"]));
    expect(of(["a", "a"])).not.toBe(of([]));
  });

  test("can be told from those that were there before", () => {
    const before = filled(rowHash("bag"), 70, 7).digest().checksum;
    const both = filled(rowHash("bag"), 70, 7);
    both.add(batch(["x", "y"]));
    const added = rowHash("bag");
    added.add(batch(["y", "x"]));
    expect(bagDifference(both.digest().checksum, before)).toBe(added.digest().checksum);
  });

  test("a batch that is cut within a row is no batch", () => {
    const hash = rowHash("bag");
    expect(() => hash.add({ kind: "rows", bytes: Buffer.from("a\nb\n"), rows: 1, lastKey: null })).toThrow(
      "other bytes",
    );
  });
});

describe("cells by value", () => {
  const type = (kind: "double" | "single" | "text" | "timestamp" | "timestamptz" | "json" | "jsonb"): CopyType => ({
    kind,
  });
  const numeric: CopyType = { kind: "numeric", precision: null, scale: null };
  const equal: readonly (readonly [CopyType, string, string])[] = [
    [type("double"), "-0", "0"],
    [type("double"), "1e+20", "100000000000000000000"],
    [type("double"), "NaN", "NaN"],
    [type("single"), "3.1415927", "3.14159274"],
    [numeric, "1.50", "1.5"],
    [numeric, "-0.00", "0"],
    [numeric, "1e3", "1000.0"],
    [type("timestamp"), "2026-01-02 03:04:05.120", "2026-01-02 03:04:05.12"],
    [type("timestamptz"), "2026-01-02 03:04:05.000+00", "2026-01-02 03:04:05+00"],
    [type("json"), '{"a": 1.0}', '{"a":1.00}'],
    [type("json"), '["\\\\u00e9"]', '["é"]'],
    [type("jsonb"), '{"b":1,"a":{"d":1e2,"c":null}}', '{"a": {"c": null, "d": 100}, "b": 1}'],
    [type("jsonb"), '{"a":1,"a":2}', '{"a": 2}'],
    [type("jsonb"), "[1e400, -0]", "[10e399, 0]"],
    [type("jsonb"), '{"a":[1,"x\\\\ty",{}]}', '{"a": [1.0, "x\\\\u0009y", {}]}'],
  ];
  const different: readonly (readonly [CopyType, string, string])[] = [
    [type("double"), "0.1", "0.10000000000000002"],
    [type("double"), "NaN", "0"],
    [type("double"), "\\N", "0"],
    [numeric, "12345678901234567890.1", "12345678901234567890.2"],
    [numeric, "1", "-1"],
    [type("timestamp"), "2026-01-02 03:04:05.12", "2026-01-02 03:04:05.102"],
    [type("json"), '{"a":1,"b":2}', '{"b":2,"a":1}'],
    [type("json"), "[12345678901234567890]", "[12345678901234567891]"],
    [type("json"), '["1"]', "[1]"],
    [type("jsonb"), "[0.1]", "[0.10000000000000000001]"],
    [type("jsonb"), '{"1":"n1"}', '{"1":1}'],
    [type("jsonb"), '{"__proto__":1}', "{}"],
    [type("jsonb"), "[true]", "[false]"],
    [type("jsonb"), "[1e400]", "[1e401]"],
    [type("jsonb"), "[null]", "[]"],
    [type("jsonb"), '{"a":null}', '{"b":null}'],
    [type("jsonb"), "{}", "[]"],
    [type("jsonb"), "\\N", "null"],
    [type("jsonb"), '{"toString":1}', '{"a":1}'],
    [type("text"), "a", "A"],
    [type("text"), "1.0", "1"],
  ];
  const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");

  test.each(equal)("%o: %s is %s", (cellType, one, other) => {
    expect(cellValue(bytes(one), cellType)).toBe(cellValue(bytes(other), cellType));
    expect(isSameCell(bytes(one), bytes(other), cellType)).toBe(true);
  });

  test.each(different)("%o: %s is not %s", (cellType, one, other) => {
    expect(cellValue(bytes(one), cellType)).not.toBe(cellValue(bytes(other), cellType));
    expect(isSameCell(bytes(one), bytes(other), cellType)).toBe(false);
  });
});
