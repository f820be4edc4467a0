import { expect, test } from "vitest";
import type { Fingerprint } from "#dbops/drivers/fingerprint-model.js";
import { compareFingerprints } from "#dbops/lib/backup/compare-fingerprints.js";

const of = (algorithm: string, rows: number, hash: string): Fingerprint => ({
  algorithm,
  schemaHash: "s",
  tables: [{ kind: "table", schema: null, name: "t", rows, hash }],
  notCovered: [],
});

test("hashes of another algorithm are no difference, and no proof by hash either: rows are compared", () => {
  const [same] = compareFingerprints(of("rows/2", 5, "a"), of("rows/2", 5, "a"));
  expect(same).toMatchObject({ matches: true, isHashed: true });
  const [changed] = compareFingerprints(of("rows/2", 5, "a"), of("rows/2", 5, "b"));
  expect(changed).toMatchObject({ matches: false, isHashed: true, problem: "its content differs" });
  const [older] = compareFingerprints(of("rows/1", 5, "a"), of("rows/2", 5, "b"));
  expect(older).toMatchObject({ matches: true, isHashed: false });
  const [shorter] = compareFingerprints(of("rows/1", 5, "a"), of("rows/2", 4, "b"));
  expect(shorter).toMatchObject({ matches: false, isHashed: false });
});
