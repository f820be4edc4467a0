import { describe, expect, test } from "vitest";
import { outputForm } from "#dbops/lib/export/output-form.js";
import { thrownBy } from "../support/config-world.js";

const form = (output: string, format: Parameters<typeof outputForm>[0]["format"] = null) =>
  outputForm({ output, format, compress: null, isStream: false });

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
    const packed = (output: string) => outputForm({ output, format: null, compress: "zstd", isStream: false });
    expect(packed("out/")).toMatchObject({ kind: "folder", compression: "zstd" });
    expect(packed("-")).toMatchObject({ kind: "text", compression: "zstd" });
    for (const output of ["t.csv", "t.csv.gz", "t.zip", "t.sqlite"])
      expect(thrownBy(() => packed(output)).code).toBe("USAGE.INVALID");
  });

  test("a pipe or device takes one text, whatever its name", () => {
    const stream = (output: string, format: "json" | "sqlite" | null) =>
      outputForm({ output, format, compress: null, isStream: true });
    expect(stream("/dev/stdout", null)).toMatchObject({ kind: "text", format: "csv" });
    expect(stream("/dev/fd/63", "json")).toMatchObject({ kind: "text", format: "json" });
    expect(stream("pipe.ndjson.gz", null)).toMatchObject({ kind: "text", format: "ndjson", compression: "gzip" });
    expect(thrownBy(() => stream("/dev/null", "sqlite")).code).toBe("USAGE.INVALID");
  });

  test("the endings of other programs' files are no names of folders", () => {
    for (const output of ["t.parquet", "t.xlsx", "t.csv.bz2", "t.txt"])
      expect(thrownBy(() => form(output)).code).toBe("USAGE.INVALID");
    expect(form("t.txt/")).toMatchObject({ kind: "folder" });
    expect(form("export.2026-11-27")).toMatchObject({ kind: "folder" });
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
