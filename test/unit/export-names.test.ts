import { expect, test } from "vitest";
import { fileNames } from "#dbops/lib/export/file-names.js";
import { tableKeys } from "#dbops/lib/export/table-keys.js";

test("every table has a key of its own, as short as it can be", () => {
  const tables = [
    { schema: "s1", name: "t" },
    { schema: "s2", name: "t" },
    { schema: "public", name: "s1.t" },
    { schema: "public", name: "other" },
  ];
  expect(tableKeys(tables)).toEqual(['"s1"."t"', "s2.t", '"public"."s1.t"', "other"]);
});

test("no two files of a folder have one name, also where case does not count, and none is the folder's own", () => {
  expect(fileNames(["manifest", "table-manifest", "schema"], ".json")).toEqual([
    "manifest~2.json",
    "table-manifest.json",
    "schema.json",
  ]);
  expect(fileNames(["A", "a", "a~2", ""], ".csv")).toEqual(["A.csv", "a~2.csv", "a%7E2.csv", "%25.csv"]);
});
