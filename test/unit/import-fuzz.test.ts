import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FieldValue } from "#dbops/lib/core/field-value.js";
import { codeOf, temporaryFolder } from "../support/codec-run.js";
import { readTables, readText } from "../support/import-reading.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Small numbers from a seed, so that a failure can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomValue(random: (below: number) => number, depth: number): unknown {
  const kind = random(depth > 3 ? 5 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random(2) === 0;
  if (kind === 2) return (random(2_000_001) - 1_000_000) / 10 ** random(9);
  if (kind < 5) return ['"', "\\", "\n", "é", "😀", "{", "]", ",", " ", "x"].slice(random(5), 5 + random(6)).join("");
  if (kind === 5) return Array.from({ length: random(4) }, () => randomValue(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: random(4) }, (_, index) => [`k"${index}`, randomValue(random, depth + 1)]),
  );
}

/** What a field stands for, as JSON.parse would give it. */
function plain(field: FieldValue | undefined): unknown {
  if (field === null || typeof field !== "object" || field instanceof Uint8Array) return field;
  return field.kind === "text" ? field.bytes : JSON.parse(field.text);
}

test("random JSON, spelled tightly or loosely, is what JSON.parse says it is", async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = randomOf(seed);
    const records = Array.from({ length: 1 + random(20) }, () =>
      Object.fromEntries(["a", "b", 'c"', "d"].filter(() => random(4) > 0).map((key) => [key, randomValue(random, 0)])),
    );
    const content = JSON.stringify(records, null, [0, 2, "\t"][random(3)]);
    const asLines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    for (const input of [
      { name: "t.json", content },
      { name: "t.ndjson", content: asLines },
    ]) {
      const { columns, rows, faults } = await readText(folder.path, input);
      expect(faults, `seed ${seed}`).toEqual([]);
      const read = rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, plain(row[index])])));
      const expected = records.map((record) => Object.fromEntries(columns.map((name) => [name, record[name] ?? null])));
      expect(read, `seed ${seed}`).toEqual(expected);
    }
  }
});

describe("bytes that were changed anywhere are read, or refused with an error of their own", () => {
  const CSV = 'id,name\n1,"a ""b"" é"\n2,\r\n3,"x\ny"\n'.repeat(5);
  const JSON_TEXT =
    '{"t": [{"a": 1.5e3, "b": "x\\n\\u00e9"}, {"a": null}], "u": [{"c": {"$base64":true,"encoded":"AP8="}}]}';

  beforeAll(async () => {
    const data = join(folder.path, "data");
    await mkdir(data);
    await writeFile(join(data, "a.csv"), CSV);
    await writeFile(join(data, "b.json"), JSON_TEXT);
    execFileSync("zip", ["-qr", "good.zip", "data"], { cwd: folder.path });
    execFileSync("tar", ["-cf", "good.tar", "data"], { cwd: folder.path });
    await writeFile(join(folder.path, "good.csv"), CSV);
    await writeFile(join(folder.path, "good.json"), JSON_TEXT);
    await writeFile(join(folder.path, "good.ndjson"), '{"a":[1,{"b":"]"}],"c":"\\\\"}\n{"a":-0.5}\n');
    await writeFile(join(folder.path, "good.csv.gz"), gzipSync(CSV));
  });

  test.each(["good.csv", "good.json", "good.ndjson", "good.csv.gz", "good.zip", "good.tar"])("%s", async (name) => {
    const good = await readFile(join(folder.path, name));
    const path = join(folder.path, name.replace("good", "bad"));
    for (let seed = 1; seed <= 80; seed += 1) {
      const random = randomOf(seed);
      const bad = Buffer.from(good);
      for (let flips = 1 + random(3); flips > 0; flips -= 1) bad.writeUInt8(random(256), random(bad.length));
      await writeFile(path, random(4) === 0 ? bad.subarray(0, random(bad.length)) : bad);
      expect(await codeOf(readTables(path, folder.path)), `seed ${seed}`).toMatch(
        /^(?:no error|IMPORT\.\w+|USAGE\.INVALID|UNSUPPORTED\.FORMAT_VERSION)$/,
      );
    }
  });
});
