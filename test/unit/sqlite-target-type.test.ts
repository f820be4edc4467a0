import { expect, test } from "vitest";
import type { SourceColumn } from "#dbops/drivers/copy-source-model.js";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import { targetType } from "#dbops/drivers/sqlite/copy/target-type.js";

const STRICT = { isStrict: true, numeric: "text" } as const;
const LOOSE = { isStrict: false, numeric: "text" } as const;

function column(declared: string, more: Partial<SourceColumn> = {}): SourceColumn {
  return {
    name: 'c"',
    declared,
    type: { kind: "text" },
    stored: null,
    evidence: "",
    flag: null,
    warning: null,
    isNullable: true,
    default: null,
    generated: null,
    identity: null,
    ignoresCase: false,
    comment: null,
    ...more,
  };
}

const decimal = (precision: number | null, scale: number | null): CopyType => ({ kind: "numeric", precision, scale });
const MOOD: CopyType = { kind: "enum", name: { schema: null, name: "mood" }, values: ["sad", "it's"] };

/** The declared type and what it becomes in a STRICT table and in another one. */
const CASES: readonly (readonly [CopyType, string, string, string])[] = [
  [{ kind: "integer", bits: 16 }, "smallint", "INTEGER", "smallint"],
  [{ kind: "integer", bits: 64 }, "bigint", "INTEGER", "bigint"],
  [{ kind: "double" }, "double precision", "REAL", "double precision"],
  [{ kind: "single" }, "real", "REAL", "real"],
  [decimal(18, 0), "numeric(18,0)", "INTEGER", "numeric(18,0)"],
  // Numeric affinity would make doubles of these.
  [decimal(19, 0), "numeric(19,0)", "TEXT", "TEXT"],
  [decimal(10, 2), "numeric(10,2)", "TEXT", "TEXT"],
  [{ kind: "text" }, "character varying(20)", "TEXT", "character varying(20)"],
  [{ kind: "bytes" }, "bytea", "BLOB", "bytea"],
  [{ kind: "boolean" }, "boolean", "INTEGER", "boolean"],
  [{ kind: "date" }, "date", "TEXT", "date"],
  [{ kind: "timestamp" }, "timestamp without time zone", "TEXT", "timestamp without time zone"],
  [{ kind: "timestamptz" }, "timestamp with time zone", "TEXT", "timestamp with time zone"],
  // '1.50' would become 1.5.
  [{ kind: "json" }, "json", "TEXT", "TEXT"],
  [{ kind: "jsonb" }, "jsonb", "TEXT", "TEXT"],
  [MOOD, "mood", "TEXT", "TEXT"],
  [{ kind: "foreign", name: "bit varying" }, "bit varying", "TEXT", "TEXT"],
];

test.each(CASES)("%j is kept without loss", (type, declared, strict, loose) => {
  expect(targetType(type, column(declared), STRICT).native).toBe(strict);
  expect(targetType(type, column(declared), LOOSE).native).toBe(loose);
});

test("decimals of any precision are text with a warning, or reals where that was chosen", () => {
  expect(targetType(decimal(null, null), column("numeric"), STRICT)).toMatchObject({
    stored: { as: "text" },
    warning: expect.stringContaining("'9' sorts behind '10'"),
    flag: "--numeric real",
  });
  expect(targetType(decimal(10, 2), column("numeric(10,2)"), { ...STRICT, numeric: "real" })).toMatchObject({
    native: "REAL",
    stored: { as: "real" },
    warning: null,
  });
});

test("a column that holds NaN takes texts too", () => {
  const holdsNaN = { holdsNaN: true } as const;
  expect(targetType({ kind: "double" }, column("float8", holdsNaN), STRICT).native).toBe("ANY");
  expect(targetType({ kind: "double" }, column("double precision", holdsNaN), LOOSE).native).toBe("double precision");
  expect(targetType(decimal(9, 0), column("numeric(9,0)", holdsNaN), STRICT)).toMatchObject({
    native: "TEXT",
    stored: { as: "text" },
  });
});

test("what only some values are is checked", () => {
  expect(targetType(MOOD, column("mood"), STRICT).check).toBe(`"c""" IN ('sad', 'it''s')`);
  expect(targetType({ kind: "boolean" }, column("boolean"), STRICT).check).toBe(`"c""" IN (0, 1)`);
});
