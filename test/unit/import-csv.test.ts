import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CsvParser } from "#dbops/lib/import/csv-parser.js";
import type { ReadRequest } from "#dbops/lib/import/read-request.js";
import { codeOf, temporaryFolder } from "../support/codec-run.js";
import { readText } from "../support/import-reading.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const read = (content: string | Uint8Array, wish: Partial<ReadRequest> = {}) =>
  readText(folder.path, { name: "t.csv", content, ...wish });

describe("fields", () => {
  test("unquoted nothing is NULL, quoted nothing an empty text", async () => {
    const { columns, rows, places } = await read('a,b,c\n1,,""\n"x ""y"" z","1\n2",3\n4,5,6');
    expect(columns).toEqual(["a", "b", "c"]);
    expect(rows).toEqual([
      ["1", null, ""],
      ['x "y" z', "1\n2", "3"],
      ["4", "5", "6"],
    ]);
    expect(places).toEqual([2, 3, 5]);
  });

  test("with a text for NULL, only that text unquoted is NULL", async () => {
    const { rows } = await read('a,b,c\n\\N,,"\\N"\n', { nullText: "\\N" });
    expect(rows).toEqual([[null, "", "\\N"]]);
  });

  test("a quote within an unquoted field is a character like others", async () => {
    const { rows } = await read("a,b\n5'10\",x\n");
    expect(rows).toEqual([["5'10\"", "x"]]);
  });

  test.each(["\n", "\r\n", "\r"])("lines end in %j", async (end) => {
    const { rows, places } = await read(["a,b", "1,2", `"x${end}y",3`, "4,5", ""].join(end));
    expect(rows).toEqual([
      ["1", "2"],
      [`x${end}y`, "3"],
      ["4", "5"],
    ]);
    expect(places).toEqual([2, 3, 5]);
  });

  test("empty lines between records of several columns are passed by", async () => {
    const { rows, places, faults } = await read("a,b\n\n1,2\n\n\n3,4\n\n");
    expect([rows.length, faults.length]).toEqual([2, 0]);
    expect(places).toEqual([3, 6]);
  });

  test("however many empty lines there are, what follows is read", async () => {
    const { rows, places } = await read(`a,b${"\n".repeat(100_000)}1,2\n`);
    expect([rows, places]).toEqual([[["1", "2"]], [100_001]]);
  });

  test("an empty line in a file of one column is a fault, unless nothing follows it", async () => {
    const { rows, faults } = await read("a\n1\n\n2\n\n");
    expect(rows).toEqual([["1"], ["2"]]);
    expect(faults).toMatchObject([{ place: 3, raw: "" }]);
    expect((await read("a\n1\n\n", { nullText: "NULL" })).rows).toEqual([["1"], [""]]);
  });
});

describe("the dialect is found out", () => {
  test.each([",", ";", "\t", "|"])("delimiter %j", async (delimiter) => {
    const { columns, rows } = await read(`a${delimiter}b\n1.5${delimiter}"x, ; y"\n`);
    expect(columns).toEqual(["a", "b"]);
    expect(rows).toEqual([["1.5", "x, ; y"]]);
  });

  test("decimal commas do not hide the semicolon", async () => {
    expect((await read("a;b\n1,5;2,5\n3,5;4\n")).rows).toEqual([
      ["1,5", "2,5"],
      ["3,5", "4"],
    ]);
  });

  test("single quotes, where every field that begins with one ends with one", async () => {
    expect((await read("a,b\n'x, y','it''s'\n'z',1\n")).rows).toEqual([
      ["x, y", "it's"],
      ["z", "1"],
    ]);
    expect((await read("a,b\n'tis,1\n'twas,2\n")).rows).toEqual([
      ["'tis", "1"],
      ["'twas", "2"],
    ]);
  });

  test("what is named is not guessed", async () => {
    expect((await read("a;b,c\n1;2,3\n", { delimiter: ",", quote: "~" })).columns).toEqual(["a;b", "c"]);
  });

  test("one character cannot be both delimiter and quote", async () => {
    expect(await codeOf(read("a~b\n1~2\n", { delimiter: "~", quote: "~" }))).toBe("USAGE.INVALID");
  });

  test("no header: c1, c2 …", async () => {
    const { columns, rows, places } = await read("1,2\n3,4\n", { hasHeader: false });
    expect(columns).toEqual(["c1", "c2"]);
    expect([rows.length, places]).toEqual([2, [1, 2]]);
  });
});

describe("faults name their line and spare the others", () => {
  test("too few and too many fields", async () => {
    const { rows, faults } = await read('a,b\n1\n"x\ny",2\n1,2,3\n5,6\n');
    expect(rows).toEqual([
      ["x\ny", "2"],
      ["5", "6"],
    ]);
    expect(faults).toEqual([
      { place: 2, reason: "it has 1 field instead of 2", raw: "1" },
      { place: 5, reason: "it has 3 fields instead of 2", raw: "1,2,3" },
    ]);
  });

  test("text after a closing quote", async () => {
    const { rows, faults } = await read('a,b\n"x"y,2\n3,4\n');
    expect(rows).toEqual([["3", "4"]]);
    expect(faults).toEqual([{ place: 2, reason: "text follows a closing quote", raw: '"x"y,2' }]);
  });

  test("a NUL byte", async () => {
    const { rows, faults } = await read("a,b\n1,x\0y\n3,4\n");
    expect(rows).toEqual([["3", "4"]]);
    expect(faults).toMatchObject([{ place: 2, reason: "it holds a NUL byte" }]);
  });

  test("a quote that is never closed ends the reading: all the rest stands in it", async () => {
    await expect(read('a,b\n1,2\n3,"4\n5,6\n')).rejects.toMatchObject({
      code: "IMPORT.SYNTAX",
      message: expect.stringContaining("line 3"),
    });
  });

  test.each([
    ["a,b,a\n1,2,3\n", '"a" stands there twice'],
    ["a,,c\n1,2,3\n", "column 2 has no name"],
  ])("the header %j", async (content, why) => {
    await expect(read(content)).rejects.toMatchObject({ code: "IMPORT.SYNTAX", why: expect.stringContaining(why) });
  });
});

describe("encodings", () => {
  test.each([
    ["a byte-order mark of UTF-8", Buffer.from("\ufeffa,b\nü,€\n")],
    ["one of UTF-16LE", Buffer.from("\ufeffa,b\nü,€\n", "utf16le")],
    ["one of UTF-16BE", Buffer.from("\ufeffa,b\nü,€\n", "utf16le").swap16()],
  ])("%s is obeyed and is no part of the first name", async (_, content) => {
    const { columns, rows } = await read(content);
    expect(columns).toEqual(["a", "b"]);
    expect(rows).toEqual([["ü", "€"]]);
  });

  test("what is not UTF-8 is refused with line, byte and the flag", async () => {
    const content = Buffer.from("a,b\n1,2\nM\xfcller,3\n", "latin1");
    await expect(read(content, { encoding: "utf-8" })).rejects.toMatchObject({
      code: "IMPORT.ENCODING",
      message: expect.stringMatching(/at line 3 \(byte 10\)/),
      hint: expect.stringContaining("--encoding latin1"),
    });
    expect((await read(content, { encoding: "latin1" })).rows[1]).toEqual(["Müller", "3"]);
  });

  test.each([
    ["latin1", "a\nM\xfcller\n", "Müller"],
    ["latin1", "a\ncaf\xe9", "café"],
    ["windows-1252", "a\n\x80 5 \x96 caf\xe9\n", "€ 5 – café"],
  ])(
    "where nothing tells it is read as %s when it can be nothing else, with a warning",
    async (encoding, text, value) => {
      const warnings: string[] = [];
      const { rows } = await read(Buffer.from(text, "latin1"), { onWarning: (warning) => warnings.push(warning) });
      expect([rows, warnings]).toEqual([
        [[value]],
        [expect.stringContaining(`is not UTF-8, and is read as ${encoding}:`)],
      ]);
    },
  );

  test.each([
    ["a bad byte beside characters of UTF-8", Buffer.concat([Buffer.from("a\né\n"), Buffer.from([0xe9, 0x0a])])],
    ["a character that is cut", Buffer.from("a\n1€").subarray(0, -1)],
    ["a byte that windows-1252 has not", Buffer.from("a\n\x81\xe9\n", "latin1")],
  ])("%s is a fault of UTF-8, and is never guessed away", async (_, content) => {
    expect(await codeOf(read(content))).toBe("IMPORT.ENCODING");
  });

  test("a long text whose only bad byte comes last, and characters across the borders of chunks", async () => {
    const ascii = `a\n${"plain\n".repeat(400_000)}`;
    const warnings: string[] = [];
    const { rows } = await read(Buffer.from(`${ascii}\xe9\n`, "latin1"), { onWarning: (text) => warnings.push(text) });
    expect([rows.length, rows.at(-1), warnings.length]).toEqual([400_001, ["é"], 1]);
    expect(
      (await read(Buffer.from(`${ascii}${"€".repeat(1_000_000)}\n`), { onWarning: (text) => warnings.push(text) })).rows
        .length,
    ).toBe(400_001);
    expect(warnings.length).toBe(1);
  });

  test("windows-1252 has characters where latin1 has controls", async () => {
    const content = Buffer.from("a,b\n\x80,1\n", "latin1");
    expect((await read(content, { encoding: "windows-1252" })).rows).toEqual([["€", "1"]]);
    expect((await read(content, { encoding: "latin1" })).rows).toEqual([["\x80", "1"]]);
  });

  test("a text cut within a character is refused", async () => {
    const content = Buffer.from("a,b\n1,€").subarray(0, -1);
    expect(await codeOf(read(content))).toBe("IMPORT.ENCODING");
  });

  test("bad bytes are found far into the file, and characters across the borders of chunks are whole", async () => {
    const line = "é€😀ü,x\n";
    const good = Buffer.from(`a,b\n${line.repeat(200_000)}`);
    const { rows } = await read(good);
    expect(rows.length).toBe(200_000);
    expect(rows.every(([value]) => value === "é€😀ü")).toBe(true);
    const bad = Buffer.concat([good, Buffer.from([0xff, 0x2c, 0x31, 0x0a])]);
    await expect(read(bad)).rejects.toMatchObject({
      message: expect.stringContaining(`line 200002 (byte ${good.length + 1})`),
    });
  });
});

/** Small numbers from a seed, so that a failure can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PIECES = ["a", "1", ",", '"', "\n", "\r\n", "\r", ";", " ", "é", "😀", "\\N", "\t", "x".repeat(50)] as const;

function randomTable(random: (below: number) => number): (string | null)[][] {
  const width = 2 + random(4);
  const field = () =>
    random(5) === 0 ? null : Array.from({ length: random(4) }, () => PIECES[random(PIECES.length)]).join("");
  return Array.from({ length: 1 + random(30) }, () => Array.from({ length: width }, field));
}

/** The reference: everything that is not NULL is quoted. */
function written(table: readonly (readonly (string | null)[])[], end: string): string {
  const spelled = (field: string | null) => (field === null ? "" : `"${field.replaceAll('"', '""')}"`);
  return table.map((row) => row.map(spelled).join(",") + end).join("");
}

describe("random tables", () => {
  test("are read back equal, in chunks of any size", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = randomOf(seed);
      const table = randomTable(random);
      const text = written(table, ["\n", "\r\n", "\r"][random(3)] ?? "\n");
      const parser = new CsvParser({ delimiter: ",", quote: '"', nullText: null, canHoldNul: false });
      const rows: unknown[] = [];
      const takeAll = () => {
        while (parser.scan(1 + random(5))) rows.push(...parser.take(0).rows);
      };
      for (let at = 0; at < text.length; ) {
        const size = 1 + random(40);
        parser.push(text.slice(at, at + size));
        takeAll();
        at += size;
      }
      parser.end();
      takeAll();
      expect(rows, `seed ${seed}`).toEqual(table);
    }
  });

  test("that Python wrote are read back equal", async () => {
    const random = randomOf(7);
    const table = Array.from({ length: 20 }, () => randomTable(random))
      .flat()
      .map((row) => row.slice(0, 2).map((field) => field ?? "-"));
    const script =
      "import csv,json,sys; w=csv.writer(sys.stdout); w.writerow(['a','b']); w.writerows(json.load(sys.stdin))";
    const text = execFileSync("python3", ["-c", script], {
      input: JSON.stringify(table),
      env: { ...process.env, PYTHONIOENCODING: "utf-8" },
    });
    const { rows } = await read(text);
    // Python does not quote an empty text.
    expect(rows).toEqual(table.map((row) => row.map((field) => (field === "" ? null : field))));
  });
});

test("a value of many chunks is read in one piece", async () => {
  const long = 'é"\n,'.repeat(2_000_000);
  const { rows, places } = await readText(folder.path, {
    name: "t.csv",
    content: `a,b\n1,"${long.replaceAll('"', '""')}"\n2,x\n`,
  });
  expect(rows[0]?.[1] === long).toBe(true);
  expect([rows[1], places[1]]).toEqual([["2", "x"], 2_000_003]);
});
