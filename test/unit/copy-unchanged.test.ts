import { expect, test } from "vitest";
import { type Activity, stateSince } from "#dbops/drivers/postgres/copy/unchanged.js";

const BEFORE: Activity = { snapshot: "7:7:", writes: new Map([[1, 10n]]), resetAt: "" };

test.each([
  ["yes", "no transaction has ended", {}],
  ["probably", "one has ended, and no table says that it was written to", { snapshot: "7:8:" }],
  ["no", "a table was written to", { snapshot: "7:8:", writes: new Map([[1, 11n]]) }],
  ["no", "a table is gone", { snapshot: "7:8:", writes: new Map() }],
  ["probably", "a table has come", { snapshot: "7:8:", writes: new Map([...BEFORE.writes, [2, 5n]]) }],
  ["probably", "the counters began anew", { snapshot: "7:8:", writes: new Map([[1, 0n]]), resetAt: "later" }],
] as const)("unchanged is %s when %s", (expected, _what, after) => {
  expect(stateSince(BEFORE, { ...BEFORE, ...after })).toBe(expected);
});
