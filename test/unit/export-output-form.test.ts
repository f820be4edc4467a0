import { describe, expect, test } from "vitest";
import { outputForm } from "#dbops/lib/export/output-form.js";
import { thrownBy } from "../support/config-world.js";

const form = (output: string, format: Parameters<typeof outputForm>[0]["format"] = null) =>
  outputForm({ output, format, compress: null });

describe("the name of an output says what it is", () => {
  test.each([
    ["t.csv", { kind: "text", format: "csv", compression: "none" }],
    ["T.CSV", { kind: "text", format: "csv", compression: "none" }],
    ["t.tsv.gz", { kind: "text", format: "tsv", compression: "gzip" }],
    ["a/b.ndjson.zst", { kind: "text", format: "ndjson", compression: "zstd" }],
    ["t.jsonl", { kind: "text", format: "ndjson", compression: "none" }],
    ["t.json", { kind: "text", format: "json", compression: "none" }],
    ["dump.sql.zst", { kind: "text", format: "sql", compression: "zstd" }],
    ["t.sqlite", { kind: "database" }],
    ["t.db", { kind: "database" }],
    ["t.zip", { kind: "archive", format: "csv", container: "zip" }],
    ["t.tar.gz", { kind: "archive", format: "csv", container: "tar.gz" }],
    ["t.tgz", { kind: "archive", format: "csv", container: "tar.gz" }],
    ["out/", { kind: "folder", format: "csv", compression: "none" }],
    ["out", { kind: "folder", format: "csv", compression: "none" }],
    ["-", { kind: "text", format: "csv", compression: "none" }],
  ])("%s", (output, expected) => {
    expect(form(output)).toEqual(expected);
  });

  test("--format decides where the name does not", () => {
    expect(form("out/", "ndjson")).toMatchObject({ kind: "folder", format: "ndjson" });
    expect(form("all.zip", "json")).toMatchObject({ kind: "archive", format: "json" });
    expect(form("-", "sql")).toMatchObject({ kind: "text", format: "sql" });
    expect(form("t.csv", "csv")).toMatchObject({ format: "csv" });
  });

  test("--compress goes with what has no extension to say it", () => {
    const packed = (output: string) => outputForm({ output, format: null, compress: "zstd" });
    expect(packed("out/")).toMatchObject({ kind: "folder", compression: "zstd" });
    expect(packed("-")).toMatchObject({ kind: "text", compression: "zstd" });
    for (const output of ["t.csv", "t.csv.gz", "t.zip", "t.sqlite"])
      expect(thrownBy(() => packed(output)).code).toBe("USAGE.INVALID");
  });

  test.each([
    ["t.csv", "tsv"],
    ["t.json", "ndjson"],
    ["t.sqlite", "csv"],
    ["out/", "sql"],
    ["out/", "sqlite"],
    ["t.zip", "sql"],
    ["-", "sqlite"],
  ] as const)("%s and --format %s contradict each other", (output, format) => {
    expect(thrownBy(() => form(output, format)).code).toBe("USAGE.INVALID");
  });
});
