import { describe, expect, test } from "vitest";
import { DbopsError } from "#dbops/lib/core/errors.js";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumberOf,
  parseDurationMs,
  parseSizeBytes,
} from "#dbops/lib/core/units.js";

const HOUR_MS = 3_600_000;

describe("durations", () => {
  test.each([
    ["90s", 90_000],
    ["15m", 15 * 60_000],
    ["25h", 25 * HOUR_MS],
    ["7d", 7 * 24 * HOUR_MS],
    ["2w", 14 * 24 * HOUR_MS],
    ["1y", 365 * 24 * HOUR_MS],
    ["25 hours", 25 * HOUR_MS],
    ["1 minute", 60_000],
    ["1h30m", 1.5 * HOUR_MS],
    ["1 h 30 min", 1.5 * HOUR_MS],
    ["1.5h", 1.5 * HOUR_MS],
    ["250ms", 250],
    ["3 Months", 90 * 24 * HOUR_MS],
    [" 10 Days ", 240 * HOUR_MS],
    ["0s", 0],
  ])("%j is read", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each(["", "10", "h", "ten hours", "-5s", "5 parsecs", "1h x", "1h,30m", "5s!", "1e3s", "5constructor", "s"])(
    "%j is refused",
    (text) => {
      expect(() => parseDurationMs(text)).toThrow(DbopsError);
    },
  );

  test.each([
    [0, "0 ms"],
    [412, "412 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [1000, "1.0 s"],
    [9949, "9.9 s"],
    [9960, "10 s"],
    [41_000, "41 s"],
    [59_600, "1 min"],
    [90_000, "1 min 30 s"],
    [22_320_000, "6 h 12 min"],
    [86_399_700, "1 d"],
    [273_600_000, "3 d 4 h"],
  ])("%d ms is shown as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("sizes", () => {
  test.each([
    ["0", 0],
    ["1024", 1024],
    ["500MB", 500_000_000],
    ["512MiB", 512 * 2 ** 20],
    ["1.5 gb", 1_500_000_000],
    ["20 GiB", 20 * 2 ** 30],
    ["2tb", 2e12],
    ["7 B", 7],
  ])("%j is read", (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes);
  });

  test.each(["", "MB", "-1MB", "1 XB", "1MB2", "10 megs", "5constructor", "0x10"])("%j is refused", (text) => {
    expect(() => parseSizeBytes(text)).toThrow(DbopsError);
  });

  test.each([
    [0, "0 B"],
    [734, "734 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [99_940, "99.9 kB"],
    [99_960, "100 kB"],
    [999_400, "999 kB"],
    [999_500, "1.0 MB"],
    [1_234_567, "1.2 MB"],
    [52_400_000_000, "52.4 GB"],
    [3e18, "3000 PB"],
  ])("%d bytes are shown as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1_234_567, "1,234,567"],
  [-123_456, "-123,456"],
  [9_007_199_254_740_993n, "9,007,199,254,740,993"],
])("the count %s is shown as %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test("a number of things", () => {
  const texts = [0, 1, 1n, 2, 2010].map((count) => formatNumberOf("row", count));
  expect(texts).toEqual(["0 rows", "1 row", "1 row", "2 rows", "2,010 rows"]);
});
