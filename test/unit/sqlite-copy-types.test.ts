import { describe, expect, test } from "vitest";
import type { CopyChoices } from "#dbops/drivers/copy-source-model.js";
import { Connection } from "#dbops/drivers/sqlite/connection.js";
import { chooseType } from "#dbops/drivers/sqlite/copy/choose-type.js";
import { familyOf } from "#dbops/drivers/sqlite/copy/column-family.js";
import { decoderOf } from "#dbops/drivers/sqlite/copy/decode-cell.js";
import { encoderOf } from "#dbops/drivers/sqlite/copy/encode-cell.js";
import { readStructure } from "#dbops/drivers/sqlite/copy/read-structure.js";
import { scannedColumns } from "#dbops/drivers/sqlite/copy/survey-table.js";
import { scanTable } from "#dbops/drivers/sqlite/copy/table-scan.js";
import type { TypeChoice } from "#dbops/drivers/sqlite/copy/type-choice.js";
import { copyChoices } from "../support/copy-choices.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

/** What a column of that declaration with these values, as SQL, becomes. */
async function choiceFor(
  declared: string,
  values: readonly string[],
  own: Partial<CopyChoices> = {},
): Promise<TypeChoice> {
  await using folder = await testFolder();
  const path = folder.file("a.db");
  const rows = values.map((value) => `INSERT INTO t VALUES (${value})`);
  sqlite(path, `CREATE TABLE t(c ${declared})`, ...rows);
  using connection = new Connection(path, { isReadOnly: true, busyTimeoutMs: 0 });
  const [table] = readStructure(connection).tables;
  if (table === undefined) throw new Error("no table");
  const choices = copyChoices(own);
  const scan = { table: "t", rowid: "rowid", columns: scannedColumns(table, choices) };
  const [evidence] = scanTable(connection, scan).columns;
  if (evidence === undefined) throw new Error("no evidence");
  return chooseType({ declared, family: familyOf(declared, false), evidence, choices });
}

const value = { as: "value" };
const bits = (width: number) => ({ kind: "integer", bits: width });
const moment = (shape: object) => ({
  as: "moment",
  shape: { separator: " ", hasSeconds: true, fractionDigits: 0, zone: "", assumedZone: null, ...shape },
});

describe("types as they are declared", () => {
  test.each([
    ["INTEGER", ["1", "NULL", "-5"], bits(64)],
    ["INT2", ["1"], bits(64)],
    ["UNSIGNED BIG INT", [], bits(64)],
    ["REAL", ["1", "0.5"], { kind: "double" }],
    ["DOUBLE PRECISION", [], { kind: "double" }],
    ["NUMERIC", ["1", "0.5"], { kind: "numeric", precision: null, scale: null }],
    ["DECIMAL(10, 2)", ["1", "0.55"], { kind: "numeric", precision: null, scale: null }],
    ["VARCHAR(3)", ["'longer'"], { kind: "text" }],
    ["BLOB", ["x'00'"], { kind: "bytes" }],
    ["BOOLEAN", [], { kind: "boolean" }],
    ["DATE", [], { kind: "date" }],
    ["DATETIME", [], { kind: "timestamp" }],
    ["TIMESTAMP WITH TIME ZONE", [], { kind: "timestamptz" }],
    ["JSON", [], { kind: "jsonb" }],
    ["", [], { kind: "text" }],
    ["UUID", [], { kind: "text" }],
    ["TEXT", ["'2024-01-31'"], { kind: "text" }],
  ])("%s with %s", async (declared, values, type) => {
    expect(await choiceFor(declared, values)).toMatchObject({ type, obstacle: null });
  });

  test("--tight takes the narrowest that holds all", async () => {
    const tight = { isTight: true };
    expect((await choiceFor("INTEGER", ["-32768", "32767"], tight)).type).toEqual(bits(16));
    expect((await choiceFor("BIGINT", ["32768"], tight)).type).toEqual(bits(32));
    expect((await choiceFor("INTEGER", ["2147483648"], tight)).type).toEqual(bits(64));
    expect((await choiceFor("INTEGER", [], tight)).type).toEqual(bits(64));
    expect((await choiceFor("DECIMAL(5,2)", ["999.99", "-0.01", "7"], tight)).type).toEqual({
      kind: "numeric",
      precision: 5,
      scale: 2,
    });
    const any = { kind: "numeric", precision: null, scale: null };
    expect((await choiceFor("DECIMAL(5,2)", ["999.999"], tight)).type).toEqual(any);
    expect((await choiceFor("DECIMAL(5,2)", ["1000"], tight)).type).toEqual(any);
  });
});

describe("values that are not as declared", () => {
  const mixed = ["1", "'abc'", "2", "3"];

  test("are an obstacle that names them and the flag", async () => {
    expect(await choiceFor("INTEGER", mixed)).toEqual({
      type: bits(64),
      stored: value,
      evidence: "3 integers, 1 text at rowid 2",
      flag: "--on-mismatch widen",
      warning: null,
      obstacle: { what: "1 text among 3 integers, at rowid 2", flag: "--on-mismatch widen" },
    });
    expect((await choiceFor("TEXT", ["'a'", "x'00'"])).obstacle?.what).toBe("1 BLOB among 1 text, at rowid 2");
    expect((await choiceFor("BLOB", ["x'00'", "7"])).obstacle?.what).toBe("1 integer among 1 BLOB, at rowid 2");
    expect((await choiceFor("REAL", ["0.5", "'x'", "'y'"])).obstacle?.what).toBe(
      "2 texts among 1 real, the first at rowid 2",
    );
  });

  test("--on-mismatch widen: the type that holds all", async () => {
    const widen = { onMismatch: "widen" } as const;
    const kindOf = async (declared: string, ...values: string[]) => (await choiceFor(declared, values, widen)).type;
    expect(await kindOf("INTEGER", "1", "'abc'")).toEqual({ kind: "text" });
    expect(await kindOf("INTEGER", "1", "'abc'", "x'00'")).toEqual({ kind: "bytes" });
    expect(await kindOf("INTEGER", "1", "1.5")).toEqual({ kind: "double" });
    expect(await kindOf("INTEGER", "9007199254740993", "1.5")).toEqual({
      kind: "numeric",
      precision: null,
      scale: null,
    });
    expect(await kindOf("INTEGER", "9007199254740993", "9e999")).toEqual({ kind: "text" });
    expect(await kindOf("TEXT", "'a'", "x'00'")).toEqual({ kind: "bytes" });
    expect((await choiceFor("INTEGER", mixed, widen)).obstacle).toBeNull();
  });

  test.each(["reject", "null"] as const)("--on-mismatch %s: the column stays what it is", async (onMismatch) => {
    const choice = await choiceFor("INTEGER", mixed, { onMismatch });
    expect(choice).toMatchObject({ type: bits(64), obstacle: null });
    expect(choice.warning).toContain("1 text among 3 integers, at rowid 2");
  });

  test("a column that declares nothing takes what is there", async () => {
    expect((await choiceFor("", ["1", "2"])).type).toEqual(bits(64));
    expect((await choiceFor("", ["1", "0.5"])).type).toEqual({ kind: "double" });
    expect((await choiceFor("", ["1", "'1'"])).warning).toContain("1 and '1' are the same then");
    expect((await choiceFor("STRING", ["'a'"])).type).toEqual({ kind: "text" });
    expect((await choiceFor("POINT", ["'(1,2)'"])).obstacle).toBeNull();
    expect((await choiceFor("", ["1", "'1'", "x'31'"])).type).toEqual({ kind: "bytes" });
  });

  test("texts in a BLOB are bytes, never decoded", async () => {
    const choice = await choiceFor("BLOB", ["'abcd'", "x'00ff'"]);
    expect(choice).toMatchObject({ type: { kind: "bytes" }, obstacle: null });
    expect(choice.warning).toContain("UTF-8");
  });

  test("an infinite decimal is a double", async () => {
    expect(await choiceFor("DECIMAL", ["1", "9e999"])).toMatchObject({ type: { kind: "double" }, obstacle: null });
    expect((await choiceFor("DECIMAL", ["9007199254740993", "9e999"])).type).toEqual({ kind: "text" });
  });
});

describe("booleans", () => {
  test("0 and 1, or true and false", async () => {
    const numbers = await choiceFor("BOOLEAN", ["0", "1", "NULL"]);
    expect(numbers).toMatchObject({ type: { kind: "boolean" }, stored: value, flag: "--bool smallint" });
    expect(numbers.warning).toContain("WHERE flag = 1");
    expect(await choiceFor("BOOL", ["'true'", "'false'"])).toMatchObject({
      type: { kind: "boolean" },
      stored: { as: "words" },
    });
  });

  test("what is more than that is none", async () => {
    expect((await choiceFor("BOOLEAN", ["0", "2"])).type).toEqual(bits(16));
    expect((await choiceFor("BOOLEAN", ["-1"])).type).toEqual(bits(16));
    expect((await choiceFor("BOOLEAN", ["70000"])).type).toEqual(bits(32));
    expect((await choiceFor("BOOLEAN", ["'true'", "1"])).type).toEqual({ kind: "text" });
    expect((await choiceFor("BOOLEAN", ["'True'"])).type).toEqual({ kind: "text" });
    expect((await choiceFor("BOOLEAN", ["0", "x'00'"])).obstacle?.flag).toBe("--on-mismatch widen");
  });

  test("--bool smallint", async () => {
    expect((await choiceFor("BOOLEAN", ["0", "1"], { bool: "smallint" })).type).toEqual(bits(16));
    expect((await choiceFor("BOOLEAN", [], { bool: "smallint" })).type).toEqual(bits(16));
  });
});

describe("moments", () => {
  test.each([
    ["DATETIME", "2024-02-29 12:34:56", "timestamp", {}],
    ["TIMESTAMP", "2024-02-29T12:34", "timestamp", { separator: "T", hasSeconds: false }],
    ["TIMESTAMP(3)", "2024-02-29 12:34:56.789", "timestamp", { fractionDigits: 3 }],
    ["DATETIME", "2024-02-29T12:34:56.123456Z", "timestamptz", { separator: "T", fractionDigits: 6, zone: "Z" }],
    ["DATETIME", "2024-02-29 12:34:56+02:00", "timestamptz", { zone: "+02:00" }],
    ["DATE", "2024-02-29", "date", { separator: null, hasSeconds: false }],
    ["DATE", "2024-02-29 00:00:00", "timestamp", {}],
    ["DATETIME", "2024-02-29", "timestamp", { separator: null, hasSeconds: false }],
  ])("%s of %s", async (declared, text, kind, shape) => {
    const choice = await choiceFor(declared, [`'${text}'`, `'${text}'`, "NULL"]);
    expect(choice).toMatchObject({ type: { kind }, stored: moment(shape), obstacle: null });
  });

  test.each([
    ...["2024-02-29", "2024-02-29 12:34", "2024-02-29T12:34:56", "2024-02-29 12:34:56.1", "2024-02-29T12:34:56.123456"],
    ...["2024-02-29 12:34Z", "2024-02-29T12:34:56.789+0230", "2024-02-29 12:34:56-11", "2024-02-29 12:34:56+14:00"],
    ...["2024-02-29 00:00:00-00:00", "0001-01-01 00:00:00+01:00", "9999-12-31 23:59:59.999999-05:00"],
  ])("%s comes back to the byte", async (text) => {
    for (const assumeTz of [null, "America/New_York"]) {
      const { type, stored } = await choiceFor("TIMESTAMP", [`'${text}'`], { assumeTz });
      const column = { name: "c", type, stored, misfit: "fail" } as const;
      const field = encoderOf(column)(text);
      expect(stored.as).toBe("moment");
      expect(field === null ? null : decoderOf(column)(field)).toBe(text);
    }
  });

  test.each([
    ["two forms", ["'2024-02-29 12:34:56'", "'2024-02-29T12:34:56'"]],
    ["two offsets", ["'2024-02-29 12:34:56Z'", "'2024-02-29 12:34:56+01:00'"]],
    ["digits more and less", ["'2024-02-29 12:34:56.1'", "'2024-02-29 12:34:56.12'"]],
    ["seven digits", ["'2024-02-29 12:34:56.1234567'"]],
    ["no day of the calendar", ["'2024-02-29'", "'2023-02-29'"]],
    ["a first one that is no day", ["'2023-02-30'", "'2024-02-29'"]],
    ["no hour", ["'2024-02-29 24:00:00'"]],
    ["an hour 24 that is the next day's", ["'2024-01-01 24:00:00'", "'2024-01-01 10:00:00'"]],
    ["an hour 24 after T", ["'2024-01-01T24:00'"]],
    ["the year 0", ["'0000-02-29'"]],
    ["nothing", ["'2024-02-29'", "''"]],
    ["a space behind", ["'2024-02-29'", "'2024-02-29 '"]],
    ["NUL behind", ["'2024-02-29'", "'2024-02-29' || char(0)"]],
    ["NUL behind a zone", ["'2024-02-29 12:34:56Z'", "'2024-02-29 12:34:56Z' || char(0, 1)"]],
    ["no zone anywhere", ["'2024-02-29 12:34:56+25:00'"]],
    ["numbers beside texts", ["'2024-02-29 12:34:56'", "1709210096"]],
  ])("%s: text", async (_, values) => {
    const choice = await choiceFor("DATETIME COLLATE NOCASE", values);
    expect(choice).toMatchObject({ type: { kind: "text" }, stored: value, obstacle: null });
    expect(choice.warning).toMatch(/^stays text/);
  });

  test("the first of another form is named", async () => {
    const choice = await choiceFor("DATETIME", ["'2024-02-29 12:34:56'", "'2024-02-29 12:34:56'", "'soon'"]);
    expect(choice.warning).toContain('"soon" at rowid 3 is none');
  });

  test("--assume-tz", async () => {
    const assumed = await choiceFor("DATETIME", ["'2024-02-29 12:34:56'"], { assumeTz: "Europe/Berlin" });
    expect(assumed).toMatchObject({ type: { kind: "timestamptz" }, stored: moment({ assumedZone: "Europe/Berlin" }) });
    const own = await choiceFor("DATETIME", ["'2024-02-29 12:34:56Z'"], { assumeTz: "Europe/Berlin" });
    expect(own).toMatchObject({ type: { kind: "timestamptz" }, stored: moment({ zone: "Z" }) });
    expect((await choiceFor("DATE", ["'2024-02-29'"], { assumeTz: "Europe/Berlin" })).type).toEqual({ kind: "date" });
  });

  test.each([
    ["1709210096", "s"],
    ["1709210096123", "ms"],
    ["1709210096123456", "us"],
  ])("%s counts %s", async (count, unit) => {
    const choice = await choiceFor("TIMESTAMP", [count, "NULL"]);
    expect(choice).toMatchObject({
      type: { kind: "timestamptz" },
      stored: { as: "epoch", unit },
      flag: "--epoch none",
    });
  });

  test("integers that could be anything stay integers", async () => {
    expect((await choiceFor("TIMESTAMP", ["1709210096", "0"])).type).toEqual(bits(64));
    expect((await choiceFor("TIMESTAMP", ["1709210096", "1709210096123"])).type).toEqual(bits(64));
    expect((await choiceFor("TIMESTAMP", ["1709210096"], { epoch: "none" })).type).toEqual(bits(64));
    expect((await choiceFor("INTEGER", ["1709210096"])).type).toEqual(bits(64));
    expect((await choiceFor("TIMESTAMP", ["0"], { epoch: "s" })).stored).toEqual({ as: "epoch", unit: "s" });
    expect((await choiceFor("TIMESTAMP", ["9223372036854775807"], { epoch: "s" })).type).toEqual(bits(64));
  });

  test("Julian days only when asked for, and only exact ones", async () => {
    expect((await choiceFor("DATETIME", ["2460370.024259"])).type).toEqual({ kind: "double" });
    const exact = await choiceFor("DATETIME", ["julianday('2024-02-29 12:34:56')"], { epoch: "julian" });
    expect(exact).toMatchObject({ type: { kind: "timestamptz" }, stored: { as: "julian" } });
    const inexact = await choiceFor("DATETIME", ["2460370.0242591"], { epoch: "julian" });
    expect(inexact).toMatchObject({ type: { kind: "double" }, warning: expect.stringContaining("come back exactly") });
  });

  test("a BLOB among them is an obstacle", async () => {
    expect((await choiceFor("DATE", ["'2024-02-29'", "x'00'"])).obstacle?.what).toBe("1 BLOB among 1 text, at rowid 2");
  });
});

describe("JSON", () => {
  test.each([
    [["'{\"a\":[1,2.5e3,null,true]}'", "7", "0.5", "'\"x\"'"], "jsonb"],
    [['\'{"a":1,"a":2}\''], "json"],
    [["'[\"\\u0000\"]'"], "json"],
    [["'[\"\\ud800\"]'"], "json"],
    [["'[\"\\ud83d\\ude00\"]'"], "jsonb"],
    [["'{}'", "'{bad'"], "text"],
    [["'[1,]'"], "text"],
    [["'{a:1}'"], "text"],
    [["''"], "text"],
  ])("%s", async (values, kind) => {
    expect(await choiceFor("JSON", values)).toMatchObject({ type: { kind }, obstacle: null });
  });

  test("what is wrong is named", async () => {
    expect((await choiceFor("JSON", ["'{}'", "'{bad'"])).warning).toContain(
      "1 of 2 values are no JSON, the first at rowid 2",
    );
    expect((await choiceFor("JSON", ["'{}'", '\'{"a":1,"a":2}\''])).warning).toContain(
      'the key "a" comes twice at rowid 2',
    );
  });

  test("SQLite's own binary form", async () => {
    expect(await choiceFor("JSONB", ["jsonb('{\"a\":1}')"])).toMatchObject({
      type: { kind: "jsonb" },
      stored: { as: "binaryJson" },
    });
    expect((await choiceFor("JSONB", ["jsonb('{}')", "'{}'"])).obstacle?.flag).toBe("--on-mismatch widen");
    expect((await choiceFor("JSONB", ["x'ff00'"])).obstacle?.flag).toBe("--on-mismatch widen");
  });

  test("--json", async () => {
    expect((await choiceFor("JSON", ["'{}'"], { json: "json" })).type).toEqual({ kind: "json" });
    expect((await choiceFor("JSON", ["'{}'"], { json: "text" })).type).toEqual({ kind: "text" });
    expect((await choiceFor("JSON", ["'{bad'"], { json: "json" })).obstacle?.flag).toBe("--json-as text");
    expect((await choiceFor("JSON", ['\'{"a":1,"a":2}\''], { json: "jsonb" })).obstacle?.flag).toBe("--json-as json");
  });
});
