import { describe, expect, test } from "vitest";
import { decodeBytes } from "#dbops/lib/import/read-encoded.js";
import { firstNotUtf8, incompleteTail } from "#dbops/lib/import/read-utf8.js";
import { TextWindow } from "#dbops/lib/import/read-window.js";
import { codeOf } from "../support/codec-run.js";

describe("the window over a text", () => {
  test("is looked at again only when it has doubled", () => {
    const window = new TextWindow();
    const looks: number[] = [];
    for (let count = 1; count <= 100; count += 1) if (window.add("0123456789")) looks.push(window.text.length);
    expect(looks).toEqual([10, 20, 40, 80, 160, 320, 640]);
    window.join();
    expect(window.text).toBe("0123456789".repeat(100));
  });

  test("waits for the character that alone can end the record", () => {
    const window = new TextWindow();
    window.awaited = '"';
    expect(window.add("a".repeat(100))).toBe(false);
    expect(window.add('b"')).toBe(true);
    expect(window.text).toBe(`${"a".repeat(100)}b"`);
    expect(window.add("c".repeat(200))).toBe(true);
  });

  test("refuses a record longer than a text can be", async () => {
    const window = new TextWindow(100);
    window.awaited = '"';
    expect(window.add("a".repeat(99))).toBe(false);
    expect(window.add("a")).toBe(true);
    expect(await codeOf((async () => window.drop(0, () => "line 7"))())).toBe("IMPORT.SYNTAX");
    window.drop(50, () => "line 7");
    expect(window.text.length).toBe(50);
  });
});

describe("bytes spelled as text", () => {
  test("are read back at any length, also across the pieces that are decoded at once", () => {
    for (const length of [0, 1, 2, 3, 4, 255, 786_431, 786_432, 786_433, 1_572_865]) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 7919) % 251));
      for (const spelling of ["base64", "hex"] as const) {
        expect(decodeBytes(bytes.toString(spelling), spelling)?.equals(bytes), `${length} as ${spelling}`).toBe(true);
      }
    }
  });

  test.each([
    ["base64", "AAA"],
    ["base64", "A==="],
    ["base64", "AA=A"],
    ["base64", "AA-_"],
    ["hex", "0"],
    ["hex", "0g"],
  ] as const)("%s: %j is none", (spelling, text) => {
    expect(decodeBytes(text, spelling)).toBe(null);
  });
});

describe("UTF-8", () => {
  const text = Buffer.from("aé€😀z");

  test("the tail of a text that is cut anywhere is what completes its last character", () => {
    const tails = Array.from(text, (_, end) => incompleteTail(text.subarray(0, end)));
    expect(tails).toEqual([0, 0, 1, 0, 1, 2, 0, 1, 2, 3, 0]);
  });

  test("the first byte that is no part of a character is found wherever it is", () => {
    for (const at of [0, 1, 3, 6, 10, 11]) {
      const bad = Buffer.concat([text.subarray(0, at), Buffer.from([0xff]), text.subarray(at)]);
      expect(firstNotUtf8(bad), `at ${at}`).toBe(at);
    }
    expect(firstNotUtf8(text)).toBe(text.length);
  });
});
