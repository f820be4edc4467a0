import { expect, test } from "vitest";
import type { Fingerprint, TableFingerprint } from "#dbops/drivers/fingerprint-model.js";
import { compareFingerprints } from "#dbops/lib/backup/compare-fingerprints.js";

function table(name: string, facts: Partial<TableFingerprint> = {}): TableFingerprint {
  return { kind: "table", schema: "public", name, rows: 3, hash: "1", ...facts };
}

function fingerprint(tables: readonly TableFingerprint[], facts: Partial<Fingerprint> = {}): Fingerprint {
  return { algorithm: "sum/1", tables, schemaAlgorithm: null, schemaHash: "c0ffee", notCovered: [], ...facts };
}

function matches(expected: Fingerprint, found: Fingerprint): Record<string, boolean | null> {
  return Object.fromEntries(compareFingerprints(expected, found).tables.map((each) => [each.name, each.matches]));
}

test("a table that is missing and one too many are differences", () => {
  const found = fingerprint([table("same"), table("new")]);
  expect(matches(fingerprint([table("same"), table("gone")]), found)).toEqual({ same: true, gone: false, new: false });
});

test("what the backup did not cover is no difference: a standby's unlogged table is empty after a restore", () => {
  const notCovered = [{ kind: "unlogged table", name: "public.cache", reason: "a standby does not have its rows" }];
  const found = fingerprint([table("t"), table("cache", { rows: 0 }), table("cache2", { rows: 0 })]);
  expect(matches(fingerprint([table("t")], { notCovered }), found)).toEqual({ t: true, cache: null, cache2: false });
});

test("a backup that nobody could look into when it was adopted differs from nothing, so that it can be restored", () => {
  const unseen = fingerprint([], { algorithm: null, schemaHash: "" });
  expect(matches(unseen, fingerprint([table("t")]))).toEqual({ t: null });
});
