import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inferTypes } from "#dbops/lib/import/infer-types.js";
import { temporaryFolder } from "../support/codec-run.js";
import { openRecords, readRequest } from "../support/import-reading.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function inferred(name: string, content: string) {
  const path = join(folder.path, name);
  await writeFile(path, content);
  const [table] = await openRecords(readRequest(path, folder.path));
  if (table === undefined) throw new Error("no table");
  return await inferTypes(table);
}

/** The type of a column of text with these values. */
async function typeOfText(values: readonly string[]): Promise<string | undefined> {
  const [, column] = await inferred("t.csv", `k,v\n${values.map((value) => `1,${value}\n`).join("")}`);
  return column?.type;
}

/** The type of a column of JSON with these values. */
async function typeOfJson(values: readonly string[]): Promise<string | undefined> {
  const [column] = await inferred("t.ndjson", values.map((value) => `{"v":${value}}\n`).join(""));
  return column?.type;
}

describe("columns of text", () => {
  test.each([
    ["integer", ["1", "-20", "0", "9223372036854775807", "-9223372036854775808"]],
    ["numeric", ["1", "9223372036854775808"]],
    ["decimal", ["1", "2.50", "9007199254740993"]],
    ["decimal", ["0.5", "1e-05"]],
    ["numeric", ["1", "0.1234567890123456789"]],
    ["numeric", ["0.5", "1".repeat(40)]],
    ["text", ["0.5", "1e400"]],
    ["text", ["1", "1".repeat(9000)]],
    ["text", ["1e5", "2e7"]],
    ["text", ["1", "007"]],
    ["text", ["1", "+1"]],
    ["text", ["1", '" 1"']],
    ["text", ["1", "-0"]],
    ["text", ["1", "x"]],
    ["text", ["1", '""']],
    ["boolean", ["true", "false", ""]],
    ["text", ["t", "f"]],
    ["text", ["true", "1"]],
    ["date", ["2024-02-29", "2023-12-31"]],
    ["text", ["2023-02-29"]],
    ["text", ["2023-13-01"]],
    ["text", ["01/02/2023"]],
    ["timestamp", ["2024-02-29 23:59:59", "2024-01-01T00:00", "2024-01-01 00:00:00.123456"]],
    ["text", ["2024-01-01 00:00:00.1234567"]],
    ["text", ["2024-01-01 24:00:00"]],
    ["timestamptz", ["2024-01-01T00:00:00Z", "2024-01-01 00:00:00+02", "2024-01-01 00:00:00-03:30"]],
    ["text", ["2024-01-01T00:00:00Z", "2024-01-01 00:00:00"]],
    ["text", ["2024-01-01", "2024-01-01 00:00:00"]],
    ["text", ["", ""]],
  ])("%s: %j", async (type, values) => {
    expect(await typeOfText(values)).toBe(type);
  });
});

describe("columns of JSON", () => {
  test.each([
    ["integer", ["1", "-5"]],
    ["decimal", ["1", "1e5", "-0", "0.1"]],
    ["numeric", ["1", "1e400"]],
    ["numeric", ["0.1", "0.1234567890123456789"]],
    ["text", ["1", "1e200000"]],
    ["numeric", ["123456789012345678901234567890"]],
    ["text", ['"1"', '"2"']],
    ["text", ["1", '"2"']],
    ["boolean", ["true", "null"]],
    ["text", ['"true"']],
    ["json", ["[1]", '{"a":1}']],
    ["text", ["[1]", "1"]],
    ["timestamptz", ['"2024-01-01T00:00:00Z"']],
    ["blob", ['{"$base64":true,"encoded":"AA=="}']],
    ["text", ["null"]],
  ])("%s: %j", async (type, values) => {
    expect(await typeOfJson(values)).toBe(type);
  });
});

test("the evidence counts, and says where the exceptions are", async () => {
  const lines = Array.from(
    { length: 1200 },
    (_, index) => `${index === 700 ? "x" : index},${index % 2 === 0 ? "" : "1.5"},\n`,
  );
  const columns = await inferred("e.csv", `a,b,c\n${lines.join("")}`);
  expect(columns).toEqual([
    { name: "a", type: "text", evidence: "1,199 integers, 1 text at line 702" },
    { name: "b", type: "decimal", evidence: "600 decimals, 600 NULL" },
    { name: "c", type: "text", evidence: "no value" },
  ]);
});
