import type { SourceColumn } from "../../copy-source-model.js";
import type { TargetType } from "../../copy-target-model.js";
import type { CopyType } from "../../copy-type-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { NativeTypes } from "./native-types.js";

type Plain = Exclude<CopyType["kind"], "integer" | "numeric" | "enum" | "foreign">;

const PLAIN = {
  double: "double precision",
  single: "real",
  text: "text",
  bytes: "bytea",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  json: "json",
  jsonb: "jsonb",
} as const satisfies Readonly<Record<Plain, string>>;

const INTEGERS = { 16: "smallint", 32: "integer", 64: "bigint" } as const;
const MOST_DIGITS = 1000;

/** Every type is the server's own; only one that it lacks is kept as text. */
export function typeFor(type: CopyType, column: SourceColumn, known: NativeTypes): TargetType {
  const native = nativeName(type, known);
  const plain: TargetType = { native: native ?? PLAIN.text, stored: null, check: null, warning: null, flag: null };
  if (native === null && type.kind === "foreign") {
    return { ...plain, warning: `the server has no type ${type.name}: its values become text` };
  }
  if (type.kind !== "text" || !column.ignoresCase) return plain;
  return {
    ...plain,
    warning: "letters count in comparisons now: 'a' = 'A' is false, and ON CONFLICT tells them apart",
  };
}

function nativeName(type: CopyType, known: NativeTypes): string | null {
  switch (type.kind) {
    case "integer":
      return INTEGERS[type.bits];
    case "numeric":
      return numericName(type.precision, type.scale);
    case "enum":
      return quoteIdent(type.name.name);
    case "foreign":
      return known.find(type.name);
    default:
      return PLAIN[type.kind];
  }
}

/** What a server of any version takes; else as many digits as there are. */
function numericName(precision: number | null, scale: number | null): string {
  // Without a scale the server would take 0 and round.
  if (precision === null || scale === null || precision < 1 || precision > MOST_DIGITS) return "numeric";
  return scale >= 0 && scale <= precision ? `numeric(${precision},${scale})` : "numeric";
}
