import { describe, expect, test } from "vitest";
import { checkSpelling, rowFormat } from "#dbops/lib/export/spelling.js";
import { thrownBy } from "../support/config-world.js";

const USUAL = { nullText: null, blob: null, int64: null, isLossy: false };

describe("the text of NULL", () => {
  test.each([
    ["csv", "a\nb"],
    ["csv", "\r"],
    ["csv", '"'],
    ["csv", "a,b"],
    ["tsv", "\t"],
  ] as const)("must not need quotes: %s %j", (format, nullText) => {
    expect(thrownBy(() => checkSpelling(format, { ...USUAL, nullText })).code).toBe("USAGE.INVALID");
  });

  test("may be any word, and the other format's delimiter", () => {
    for (const nullText of ["NULL", "\\N", "a b", "\t"]) checkSpelling("csv", { ...USUAL, nullText });
    checkSpelling("tsv", { ...USUAL, nullText: "," });
  });

  test("that is empty is none", () => {
    expect(rowFormat("csv", { ...USUAL, nullText: "" })).toEqual(rowFormat("csv", USUAL));
    checkSpelling("json", { ...USUAL, nullText: "" });
    expect(thrownBy(() => checkSpelling("json", { ...USUAL, nullText: "x" })).code).toBe("USAGE.INVALID");
  });
});
