import type { CopyType } from "../../copy-type-model.js";

/** What a column is made of, once domains have been followed. */
export interface BaseType {
  /** format_type without modifiers; of types outside of pg_catalog with their schema unless it is the table's. */
  readonly name: string;
  readonly isBuiltIn: boolean;
  readonly modifier: number;
  /** With their schema; null of what is no enum. */
  readonly enumOf: { readonly schema: string; readonly name: string; readonly values: readonly string[] } | null;
}

const SIMPLE: Readonly<Record<string, CopyType>> = {
  smallint: { kind: "integer", bits: 16 },
  integer: { kind: "integer", bits: 32 },
  bigint: { kind: "integer", bits: 64 },
  real: { kind: "single" },
  "double precision": { kind: "double" },
  text: { kind: "text" },
  "character varying": { kind: "text" },
  character: { kind: "text" },
  bpchar: { kind: "text" },
  name: { kind: "text" },
  boolean: { kind: "boolean" },
  date: { kind: "date" },
  "timestamp without time zone": { kind: "timestamp" },
  "timestamp with time zone": { kind: "timestamptz" },
  json: { kind: "json" },
  jsonb: { kind: "jsonb" },
  bytea: { kind: "bytes" },
};

/** The type in words that every engine can be told; `declared` names one that only this engine has. */
export function copyTypeOf({ name, isBuiltIn, modifier, enumOf }: BaseType, declared: string): CopyType {
  if (enumOf !== null) {
    return { kind: "enum", name: { schema: enumOf.schema, name: enumOf.name }, values: enumOf.values };
  }
  if (isBuiltIn && name === "numeric") return numericType(modifier);
  return (isBuiltIn ? SIMPLE[name] : undefined) ?? { kind: "foreign", name: declared };
}

/** The modifier of numeric packs both, the scale with a sign (src/backend/utils/adt/numeric.c). */
function numericType(modifier: number): CopyType {
  if (modifier < 0) return { kind: "numeric", precision: null, scale: null };
  const packed = modifier - 4;
  const scale = ((packed & 0x7ff) ^ 0x400) - 0x400;
  return { kind: "numeric", precision: (packed >> 16) & 0xffff, scale };
}
