import type { CopyType, StoredForm } from "#dbops/drivers/copy-type-model.js";

/** Values of a type as a file keeps them, and how they are spelled in rows. */
export interface Spellings {
  readonly type: CopyType;
  readonly stored?: StoredForm;
  /** The type in PostgreSQL, whose spelling it must be. */
  readonly native: string;
  /** An SQL value and its field in a row. */
  readonly cases: readonly (readonly [string, string])[];
  /** Values that the type cannot hold. */
  readonly misfits: readonly string[];
}

const moment = (shape: Partial<Extract<StoredForm, { as: "moment" }>["shape"]>): StoredForm => ({
  as: "moment",
  shape: { separator: " ", hasSeconds: true, fractionDigits: 0, zone: "", assumedZone: null, ...shape },
});

export const SPELLINGS: Readonly<Record<string, Spellings>> = {
  bigint: {
    type: { kind: "integer", bits: 64 },
    native: "bigint",
    cases: [
      ["0", "0"],
      ["9223372036854775807", "9223372036854775807"],
      ["-9223372036854775808", "-9223372036854775808"],
      ["9007199254740993", "9007199254740993"],
    ],
    misfits: ["1.5", "3.0", "'x'", "x'01'"],
  },
  smallint: {
    type: { kind: "integer", bits: 16 },
    native: "smallint",
    cases: [
      ["32767", "32767"],
      ["-32768", "-32768"],
    ],
    misfits: ["32768", "-32769"],
  },
  double: {
    type: { kind: "double" },
    native: "float8",
    cases: [
      ["0.1", "0.1"],
      ["1.0", "1"],
      ["0.0", "0"],
      ["-0.0", "-0"],
      ["1e14", "100000000000000"],
      ["1e15", "1e+15"],
      ["0.0001", "0.0001"],
      ["0.00001", "1e-05"],
      ["1e23", "9.999999999999999e+22"],
      ["5e-324", "5e-324"],
      ["1.7976931348623157e308", "1.7976931348623157e+308"],
      ["0.30000000000000004", "0.30000000000000004"],
      ["123456789012345680.0", "1.2345678901234568e+17"],
      ["9e999", "Infinity"],
      ["-9e999", "-Infinity"],
      ["7", "7"],
      ["'NaN'", "NaN"],
    ],
    misfits: ["'1.5x'", "x'01'", "9007199254740993"],
  },
  single: {
    type: { kind: "single" },
    native: "float4",
    cases: [
      ["0.5", "0.5"],
      ["100000.0", "100000"],
      ["1000000.0", "1e+06"],
      ["16777216.0", "1.6777216e+07"],
    ],
    misfits: ["0.1", "16777217.0"],
  },
  numeric: {
    type: { kind: "numeric", precision: null, scale: null },
    native: "numeric",
    cases: [
      ["12", "12"],
      ["0.1", "0.1"],
      ["1.5e-7", "0.00000015"],
      ["1e22", "10000000000000000000000"],
      ["'123456789012345678901234567890.50'", "123456789012345678901234567890.50"],
      ["'NaN'", "NaN"],
    ],
    misfits: ["'1e5'", "'01'", "x'01'"],
  },
  "numeric(5,2)": {
    type: { kind: "numeric", precision: 5, scale: 2 },
    native: "numeric(5,2)",
    cases: [
      ["5", "5.00"],
      ["-999.99", "-999.99"],
      ["0.5", "0.50"],
    ],
    misfits: ["1000", "0.125"],
  },
  text: {
    type: { kind: "text" },
    native: "text",
    cases: [
      ["''", ""],
      ["'NULL'", "NULL"],
      ["'\\N'", "\\\\N"],
      ["'a' || char(9) || 'b' || char(10) || char(13) || char(8) || char(11) || char(12)", "a\\tb\\n\\r\\b\\v\\f"],
      ["char(1) || char(27) || char(127)", "\u0001\u001b\u007f"],
      ["'é 😀 \u2028'", "é 😀 \u2028"],
      ["char(65533)", "\ufffd"],
      ["42", "42"],
    ],
    misfits: ["x'00ff'"],
  },
  bytes: {
    type: { kind: "bytes" },
    native: "bytea",
    cases: [
      ["x''", "\\\\x"],
      ["x'00ff41'", "\\\\x00ff41"],
      ["'é'", "\\\\xc3a9"],
      ["CAST(x'ff' AS TEXT)", "\\\\xff"],
      ["12", "\\\\x3132"],
    ],
    misfits: [],
  },
  boolean: {
    type: { kind: "boolean" },
    native: "boolean",
    cases: [
      ["1", "t"],
      ["0", "f"],
    ],
    misfits: ["2", "'yes'", "0.5"],
  },
  words: {
    type: { kind: "boolean" },
    stored: { as: "words" },
    native: "boolean",
    cases: [
      ["'true'", "t"],
      ["'false'", "f"],
    ],
    misfits: ["'TRUE'"],
  },
  date: {
    type: { kind: "date" },
    stored: moment({ separator: null }),
    native: "date",
    cases: [
      ["'2024-02-29'", "2024-02-29"],
      ["'0001-01-01'", "0001-01-01"],
    ],
    misfits: ["'2023-02-29'", "'2024-1-1'", "'0000-01-01'", "'2024-01-01 00:00'", "20240101"],
  },
  timestamp: {
    type: { kind: "timestamp" },
    stored: moment({}),
    native: "timestamp",
    cases: [
      ["'2024-02-29 23:59:59'", "2024-02-29 23:59:59"],
      ["'9999-12-31 00:00:00'", "9999-12-31 00:00:00"],
    ],
    misfits: [
      "'2024-01-01 24:00:00'",
      "'2024-01-01T00:00:00'",
      "'2024-01-01 00:00:60'",
      "'0000-01-01 00:00:00'",
      "'x'",
    ],
  },
  "timestamp with T and fractions": {
    type: { kind: "timestamp" },
    stored: moment({ separator: "T", fractionDigits: 3 }),
    native: "timestamp",
    cases: [
      ["'2024-01-01T10:00:00.500'", "2024-01-01 10:00:00.5"],
      ["'2024-01-01T10:00:00.000'", "2024-01-01 10:00:00"],
    ],
    misfits: ["'2024-01-01T10:00:00.5'", "'2024-01-01 10:00:00.500'", "'2024-01-01T10:00:00.500Z'"],
  },
  "timestamptz in UTC": {
    type: { kind: "timestamptz" },
    stored: moment({ fractionDigits: 6, zone: "Z" }),
    native: "timestamptz",
    cases: [
      ["'2024-01-01 10:00:00.120000Z'", "2024-01-01 10:00:00.12+00"],
      ["'12024-01-01 10:00:00.000000Z'", "12024-01-01 10:00:00+00"],
      ["'0044-03-15 12:00:00.000000Z BC'", "0044-03-15 12:00:00+00 BC"],
      ["'infinity'", "infinity"],
    ],
    misfits: ["'2024-01-01 10:00:00.120000+00:00'", "'soon'"],
  },
  "timestamptz with an offset": {
    type: { kind: "timestamptz" },
    stored: moment({ separator: "T", hasSeconds: false, zone: "+05:30" }),
    native: "timestamptz",
    cases: [["'2024-01-01T03:00+05:30'", "2023-12-31 21:30:00+00"]],
    misfits: ["'2024-01-01T03:00+05:00'"],
  },
  "timestamptz in a zone": {
    type: { kind: "timestamptz" },
    stored: moment({ assumedZone: "Europe/Berlin" }),
    native: "timestamptz",
    cases: [
      ["'2024-01-01 00:30:00'", "2023-12-31 23:30:00+00"],
      ["'2024-07-01 00:30:00'", "2024-06-30 22:30:00+00"],
    ],
    misfits: ["'2024-03-31 02:30:00'"],
  },
  "epoch in seconds": {
    type: { kind: "timestamptz" },
    stored: { as: "epoch", unit: "s" },
    native: "timestamptz",
    cases: [
      ["0", "1970-01-01 00:00:00+00"],
      ["-1", "1969-12-31 23:59:59+00"],
    ],
    misfits: ["'0'", "1.5", "9223372036854775807"],
  },
  "epoch in microseconds": {
    type: { kind: "timestamp" },
    stored: { as: "epoch", unit: "us" },
    native: "timestamp",
    cases: [
      ["1700000000123450", "2023-11-14 22:13:20.12345"],
      ["-1", "1969-12-31 23:59:59.999999"],
    ],
    misfits: [],
  },
  julian: {
    type: { kind: "timestamptz" },
    stored: { as: "julian" },
    native: "timestamptz",
    cases: [
      ["2440587.5", "1970-01-01 00:00:00+00"],
      ["2460310.75", "2024-01-01 06:00:00+00"],
    ],
    misfits: ["'2440587.5'", "1e300"],
  },
  json: {
    type: { kind: "json" },
    native: "json",
    cases: [
      [`'{"a": [1, 2]}'`, `{"a": [1, 2]}`],
      [`'"x\\ny"'`, `"x\\\\ny"`],
      ["12", "12"],
    ],
    misfits: ["x'00'"],
  },
  jsonb: {
    type: { kind: "jsonb" },
    stored: { as: "binaryJson" },
    native: "json",
    cases: [[`jsonb('{"a": [1, 2]}')`, `{"a":[1,2]}`]],
    misfits: [],
  },
};
