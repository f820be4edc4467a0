import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JsonColumns } from "#dbops/lib/import/json-columns.js";
import { JsonDocument } from "#dbops/lib/import/json-document.js";
import { codeOf, temporaryFolder } from "../support/codec-run.js";
import { readTables, readText } from "../support/import-reading.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const lines = (content: string) => readText(folder.path, { name: "t.ndjson", content });
const json = (content: string) => readText(folder.path, { name: "t.json", content });
const number = (text: string) => ({ kind: "number", text });
const nested = (text: string) => ({ kind: "json", text });

describe("values", () => {
  test.each(["0", "-0", "9007199254740993", "123456789012345678901234567890.5", "1e400", "-1.50E-7", "0.1000"])(
    "the number %s stays as it was written",
    async (text) => {
      expect((await lines(`{"a":${text}}\n`)).rows).toEqual([[number(text)]]);
    },
  );

  test("strings, constants and what is absent", async () => {
    const { columns, rows } = await lines('{"a":"x\\n\\u00e9\\u0000\\"","b":true,"c":null}\n{"d":false , "a":""}\n');
    expect(columns).toEqual(["a", "b", "c", "d"]);
    expect(rows).toEqual([
      ['x\né\0"', true, null, null],
      ["", null, null, false],
    ]);
  });

  test("arrays and objects are compact text, their numbers and strings as written", async () => {
    const { rows } = await lines('{"a": { "x" : [ 1.50, "p  q\\" ]" , 1e400 ] }, "b": [ ] }\n');
    expect(rows).toEqual([[nested('{"x":[1.50,"p  q\\" ]",1e400]}'), nested("[]")]]);
  });

  test("bytes, and text that is not UTF-8, have a tag", async () => {
    const { rows } = await lines(
      '{"a":{"$base64":true,"encoded":"AP9B"},"b":{"$base64": true, "encoded": "/w==", "text": true},"c":{"$base64":true,"encoded":"","x":1}}\n',
    );
    expect(rows).toEqual([
      [
        Buffer.from([0, 255, 65]),
        { kind: "text", bytes: Buffer.from([255]) },
        nested('{"$base64":true,"encoded":"","x":1}'),
      ],
    ]);
  });

  test("ten thousand levels deep", async () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    expect((await lines(`{"a":${deep}}\n`)).rows).toEqual([[nested(deep)]]);
    expect((await json(`[{"a":${deep}}]`)).rows).toEqual([[nested(deep)]]);
  });
});

describe("faults", () => {
  test.each([
    ['{"a":NaN}', /NaN is no JSON.*"NaN"/],
    ['{"a":-Infinity}', /-Infinity is no JSON/],
    ['{"a":1,"a":2}', /the key "a" twice/],
    ['{"a":"\\ud800"}', /surrogate/],
    ['{"a":{"$base64":true,"encoded":"A"}}', /base64/],
    ['{"a":[1,}', /comma or } is missing/],
    ['{"a":[1,,2]}', /array or object in it is no JSON/],
    ['{"a":01}', /"01" is no JSON in column 6/],
    ['{"a":1', /comma or } is missing after a value in column 7/],
    ['{"a":', /a value is missing in column 6/],
    ['{"a":"x', /ends within its object/],
    ['{"a":1}{"a":2}', /text follows its object in column 8/],
    ["[1]", /no JSON object/],
    ['{"a":"x\ty"}', /control character/],
    ['{"a":"\\x"}', /escape/],
    ["{'a':1}", /key in quotes is missing in column 2/],
    ['{"a" 1}', /colon is missing/],
  ])("the line %s is one, and those around it are read", async (line, reason) => {
    const { rows, places, faults } = await lines(`{"a":"x"}\n${line}\n\n{"a":"y"}`);
    expect(rows.map(([value]) => value)).toEqual(["x", "y"]);
    expect(places).toEqual([1, 4]);
    expect(faults).toEqual([{ place: 2, reason: expect.stringMatching(reason), raw: line }]);
  });

  test("within a record of a document they are counted by record", async () => {
    const { rows, faults } = await json('[{"a":1},\n {"a":NaN}, 7, {"a":2,"a":3},\n {"a":4}]');
    expect(rows).toEqual([[number("1")], [number("4")]]);
    expect(faults.map(({ place, raw }) => [place, raw])).toEqual([
      [2, '{"a":NaN}'],
      [3, "7"],
      [4, '{"a":2,"a":3}'],
    ]);
  });

  test.each([
    ['[{"a":1}\n{"a":2}]', "comma is missing between two values", 2],
    ['[{"a":1},\n\n]', "value is missing after a comma", 3],
    ['[{"a":1}', "ends before", 1],
    ['[{"a":1}]\nx', "text follows the end", 2],
    ['{"t":[{"a":1}],\n"u":{}}', 'the value of "u"', 2],
    ['{"t":1}', 'the value of "t"', 1],
    ['[{"a":tru}]', '"tru" is no JSON', 1],
  ])("what breaks the document ends the reading: %j", async (content, why, line) => {
    await expect(json(content)).rejects.toMatchObject({
      code: "IMPORT.SYNTAX",
      message: expect.stringMatching(new RegExp(`at line ${line}$`)),
      why: expect.stringContaining(why),
    });
  });
});

describe("documents", () => {
  const several = async (content: string | Buffer, wish: object = {}) => {
    const path = join(folder.path, "several.json");
    await writeFile(path, content);
    return await readTables(path, folder.path, wish);
  };

  test("an object of lists brings a table for each", async () => {
    const tables = await several('{"one": [{"a": 1}, {"b": "x"}], "none": [], "two": [ {"c": true} ]}\n');
    expect(tables.map(({ name, columns, rows }) => [name, columns, rows])).toEqual([
      [
        "one",
        ["a", "b"],
        [
          [number("1"), null],
          [null, "x"],
        ],
      ],
      ["none", [], []],
      ["two", ["c"], [[true]]],
    ]);
  });

  test("each list is read from where it begins, behind characters of any length", async () => {
    const list = Array.from({ length: 30_000 }, (_, index) => ({ a: index, b: `é😀${"x".repeat(40)}` }));
    const content = `\ufeff{ "ü": ${JSON.stringify(list)},\n "€" : [{"a":"last"},\n{"a":NaN}], "z": [] }`;
    const [one, two, none] = await several(content);
    expect([one?.rows.length, one?.rows[29_999]]).toEqual([30_000, [number("29999"), `é😀${"x".repeat(40)}`]]);
    expect([two?.name, two?.rows, two?.faults.map(({ place }) => place)]).toEqual(["€", [["last"]], [2]]);
    expect([none?.name, none?.rows]).toEqual(["z", []]);
    const [, late] = await several(Buffer.from(content.slice(1), "utf16le"), { encoding: "utf-16le" });
    expect(late?.rows).toEqual([["last"]]);
  });

  test("an object of objects is a table with the key first, under a name that is free", async () => {
    const [table] = await several('{"x": {"v": 1}, "y": {"v": 2, "w": null}}');
    expect([table?.name, table?.columns]).toEqual(["several", ["key", "v", "w"]]);
    expect(table?.rows).toEqual([
      ["x", number("1"), null],
      ["y", number("2"), null],
    ]);
    const [other] = await several('{"x": {"key": 1}}');
    expect(other?.columns).toEqual(["_key", "key"]);
  });

  test("however many empty lines there are, what follows is read", async () => {
    const { rows, places } = await lines(`${"\n".repeat(100_000)}{"a":"x"}`);
    expect([rows, places]).toEqual([[["x"]], [100_001]]);
  });

  test("a key that stands there twice is refused", async () => {
    expect(await codeOf(several('{"t":[],"t":[]}'))).toBe("IMPORT.SYNTAX");
  });

  test("an empty list brings a table without columns", async () => {
    expect(await several("[]")).toMatchObject([{ name: "several", columns: [], rows: [] }]);
  });

  test("chunks of any size give the same records", () => {
    const text = '{"t": [ {"a": "x\\"\\\\", "b": [1, {"c": "]"}]}, {"a": -1.5e3, "b": null} ], "u": [{"a": "é😀"}]}\n';
    const read = (size: number) => {
      const rows: unknown[] = [];
      const document = new JsonDocument(() => new JsonColumns(["a", "b"]));
      for (let at = 0; at < text.length; at += size) {
        document.push(text.slice(at, at + size));
        while (document.scan()) rows.push(...document.take(0).rows);
      }
      document.end();
      while (document.scan()) rows.push(...document.take(0).rows);
      return rows;
    };
    const whole = read(text.length);
    expect(whole).toEqual([
      ['x"\\', nested('[1,{"c":"]"}]')],
      [number("-1.5e3"), null],
      ["é😀", null],
    ]);
    for (let size = 1; size < 40; size += 1) expect(read(size), `chunks of ${size}`).toEqual(whole);
  });
});

describe("what a text without a telling name is", () => {
  test.each([
    ['{"id":1,"tags":[]}\n{"id":2,"tags":[]}\n', 2],
    ['{"tags":[{"x":1}],"id":1}\n{"tags":[],"id":2}\n', 2],
    ['{"id":1}', 1],
    ['[{"id":1},{"id":2},{"id":3}]', 3],
    ['{"t":[{"id":1},{"id":2}]}', 2],
    ['\n {\n "t": [\n {"id":1} ] }', 1],
  ])("%j", async (content, count) => {
    expect((await readText(folder.path, { name: "unnamed", content })).rows.length).toBe(count);
  });
});
