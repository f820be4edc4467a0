import { expect, test } from "vitest";
import type { Fingerprint } from "#dbops/drivers/fingerprint-model.js";
import { compareFingerprints, differenceError } from "#dbops/lib/backup/compare-fingerprints.js";

const of = (algorithm: string, rows: number, hash: string): Fingerprint => ({
  algorithm,
  schemaAlgorithm: "names/1",
  schemaHash: "s",
  tables: [{ kind: "table", schema: null, name: "t", rows, hash }],
  notCovered: [],
});

const tablesOf = (expected: Fingerprint, found: Fingerprint) => compareFingerprints(expected, found).tables;

test("hashes of another algorithm are no difference, and no proof by hash either: rows are compared", () => {
  const [same] = tablesOf(of("rows/2", 5, "a"), of("rows/2", 5, "a"));
  expect(same).toMatchObject({ matches: true, isHashed: true });
  const [changed] = tablesOf(of("rows/2", 5, "a"), of("rows/2", 5, "b"));
  expect(changed).toMatchObject({ matches: false, isHashed: true, problem: "its content differs" });
  const [older] = tablesOf(of("rows/1", 5, "a"), of("rows/2", 5, "b"));
  expect(older).toMatchObject({ matches: true, isHashed: false });
  const [shorter] = tablesOf(of("rows/1", 5, "a"), of("rows/2", 4, "b"));
  expect(shorter).toMatchObject({ matches: false, isHashed: false });
});

test("another structure is a difference of its own; one that was described otherwise, or not at all, is none", () => {
  const whole = of("rows/2", 5, "a");
  const otherwise = { ...whole, schemaHash: "one index less" };
  const verdict = (expected: Fingerprint, found: Fingerprint) => {
    const comparison = compareFingerprints(expected, found);
    return [comparison.isStructureEqual, differenceError(comparison, "the copy")?.code ?? null];
  };
  expect(verdict(whole, whole)).toEqual([true, null]);
  expect(verdict(whole, otherwise)).toEqual([false, "BACKUP.FINGERPRINT_MISMATCH"]);
  for (const schemaAlgorithm of [null, "names/2"]) {
    expect(verdict({ ...whole, schemaAlgorithm }, otherwise)).toEqual([null, null]);
    expect(verdict(whole, { ...otherwise, schemaAlgorithm })).toEqual([null, null]);
  }
});
