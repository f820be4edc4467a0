import { expect, test } from "vitest";
import { jsonArray } from "#dbops/lib/export/json-array.js";

async function arrayOf(chunks: readonly string[]): Promise<string> {
  const text: string[] = [];
  const lines = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  for await (const piece of jsonArray(lines)) text.push(piece.toString());
  return text.join("");
}

test("lines become elements wherever the chunks end", async () => {
  const text = '{"a":1}\n{"b":"é\\n"}\n{}\n';
  const expected = '[\n{"a":1},\n{"b":"é\\n"},\n{}\n]';
  expect(await arrayOf([text])).toBe(expected);
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const pieces: string[] = [];
    const lines = (async function* () {
      yield bytes.subarray(0, cut);
      yield bytes.subarray(cut);
    })();
    for await (const piece of jsonArray(lines)) pieces.push(piece.toString("latin1"));
    expect(Buffer.from(pieces.join(""), "latin1").toString()).toBe(expected);
  }
});

test("no lines are an empty array, one line has no comma", async () => {
  expect(JSON.parse(await arrayOf([]))).toEqual([]);
  expect(JSON.parse(await arrayOf(["{}\n"]))).toEqual([{}]);
});
