import { describe, expect, inject, test } from "vitest";
import { canonicalDouble, canonicalSingle } from "#dbops/drivers/sqlite/copy/canonical-number.js";
import { onServer } from "../support/fresh-database.js";

describe("numbers at random", () => {
  test("doubles are spelled as PostgreSQL spells them", async () => {
    const doubles = [...randomDoubles(20_000), ...powers(2, -1074, 1023), ...powers(10, -323, 308)];
    const texts = doubles.map((value) => canonicalDouble(value));
    expect(texts.filter((text, index) => !Object.is(Number(text), doubles[index]))).toEqual([]);
    expect(await spelledOtherwise(texts, "float8")).toEqual([]);
  });

  test("singles too", async () => {
    const singles = [...randomSingles(20_000), ...powers(2, -149, 127), ...powers(10, -45, 38).map(Math.fround)];
    const texts = singles.map((value) => canonicalSingle(value));
    expect(texts.filter((text, index) => !Object.is(Math.fround(Number(text)), singles[index]))).toEqual([]);
    expect(await spelledOtherwise(texts, "float4")).toEqual([]);
  });
});

async function spelledOtherwise(texts: readonly string[], native: string): Promise<readonly unknown[]> {
  return await onServer(
    inject("postgresUrl"),
    `SELECT v, v::${native}::text AS theirs FROM unnest(string_to_array($1, ' ')) AS t(v) WHERE v::${native}::text <> v LIMIT 5`,
    [texts.join(" ")],
  );
}

function powers(base: number, from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    base === 10 ? Number(`1e${from + index}`) : base ** (from + index),
  );
}

/** The same ones each time: xorshift. */
function* bits(count: number): Generator<bigint> {
  let state = 88172645463325252n;
  for (let index = 0; index < count; index += 1) {
    state = BigInt.asUintN(64, state ^ (state << 13n));
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    yield state;
  }
}

function randomDoubles(count: number): readonly number[] {
  const view = new DataView(new ArrayBuffer(8));
  return Array.from(bits(count), (pattern) => {
    view.setBigUint64(0, pattern);
    return view.getFloat64(0);
  }).filter(Number.isFinite);
}

function randomSingles(count: number): readonly number[] {
  const view = new DataView(new ArrayBuffer(4));
  return Array.from(bits(count), (pattern) => {
    view.setUint32(0, Number(pattern & 0xffffffffn));
    return view.getFloat32(0);
  }).filter(Number.isFinite);
}
