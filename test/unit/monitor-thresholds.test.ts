import { describe, expect, test } from "vitest";
import { CHECKS } from "#dbops/lib/monitoring/check-registry.js";
import { chosenChecks } from "#dbops/lib/monitoring/chosen-checks.js";
import { parseThreshold } from "#dbops/lib/monitoring/threshold-words.js";

describe("thresholds in people's words", () => {
  test.each([
    ["1000ms", "s", 1],
    ["25 hours", "s", 90_000],
    ["64MiB", "By", 67_108_864],
    ["80%", "ratio", 0.8],
    ["80% of max", "ratio", 0.8],
    ["0.8", "ratio", 0.8],
    [0.8, "ratio", 0.8],
    [1000, "count", 1000],
    ["1000", "total", 1000],
  ] as const)("%s in %s is %s", (words, unit, value) => {
    expect(parseThreshold(words, unit)).toBe(value);
  });

  test.each([
    ["5", "s"],
    ["lots", "By"],
    ["8", "ratio"],
    ["80 % of the max", "ratio"],
    ["1.5", "count"],
    ["-1", "count"],
  ] as const)("%s in %s is refused", (words, unit) => {
    expect(() => parseThreshold(words, unit)).toThrow(expect.objectContaining({ code: "USAGE.INVALID" }));
  });
});

describe("the checks that are named", () => {
  const ids = (only: readonly string[], skip: readonly string[] = []) =>
    chosenChecks(CHECKS, { only, skip }).map(({ id }) => id);

  test("one, or all that begin with its word", () => {
    expect(ids(["wal.size"])).toEqual(["wal.size"]);
    expect(ids(["wal", "disk"])).toEqual(["wal.size", "wal.pinned", "disk.free"]);
    expect(ids([], ["backup", "wal.size"])).not.toContain("backup.age");
  });

  test("a word that names none is refused with the nearest", () => {
    expect(() => ids(["wal.sise"])).toThrow(
      expect.objectContaining({ code: "USAGE.INVALID", hint: "did you mean wal.size?" }),
    );
    expect(() => ids(["wa"])).toThrow(expect.objectContaining({ code: "USAGE.INVALID" }));
    expect(() => ids(["wal"], ["wal"])).toThrow(expect.objectContaining({ message: "no check is left to run" }));
  });
});
