import type { SourceColumn } from "../../copy-source-model.js";
import type { CopyTargetRequest, TargetType } from "../../copy-target-model.js";
import type { CopyType, StoredForm } from "../../copy-type-model.js";
import { type Affinity, affinityOf } from "../affinity.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";

type Choices = Pick<CopyTargetRequest, "isStrict" | "numeric">;

/** How values are kept, and by which type where nothing else is declared. */
interface Kept {
  readonly native: "INTEGER" | "REAL" | "TEXT" | "BLOB" | "ANY";
  readonly stored: StoredForm;
  /** Declared types of other affinities change no value either. */
  readonly others: readonly Affinity[];
  readonly check?: string;
  readonly warning?: string;
  readonly flag?: string;
}

const VALUE: StoredForm = { as: "value" };
/** A number of so many digits is an int64 for sure. */
const INTEGER_DIGITS = 18;
const ANY_AFFINITY: readonly Affinity[] = ["integer", "real", "numeric", "text", "none"];

/** What a type becomes in SQLite: in tables that are not STRICT the declared name stays where it changes no value. */
export function targetType(type: CopyType, column: SourceColumn, choices: Choices): TargetType {
  const { native, stored, others, check = null, warning = null, flag = null } = keptAs(type, column, choices);
  const isDeclaredKept =
    !choices.isStrict && column.declared !== "" && others.includes(affinityOf(column.declared, false));
  return { native: isDeclaredKept ? column.declared : native, stored, check, warning, flag };
}

function keptAs(type: CopyType, column: SourceColumn, choices: Choices): Kept {
  switch (type.kind) {
    case "integer":
      return { native: "INTEGER", stored: VALUE, others: ["integer", "numeric"] };
    case "double":
    case "single":
      // A real NaN would be NULL, and a column of type REAL takes no text.
      return { native: column.holdsNaN && choices.isStrict ? "ANY" : "REAL", stored: VALUE, others: ["real"] };
    case "numeric":
      return numericAs(type, column, choices);
    case "bytes":
      return { native: "BLOB", stored: VALUE, others: ANY_AFFINITY };
    case "boolean":
      return {
        native: "INTEGER",
        stored: VALUE,
        others: ["integer", "numeric"],
        check: `${quoteIdent(column.name)} IN (0, 1)`,
      };
    case "timestamptz":
      return { native: "TEXT", stored: { as: "moment", shape: UTC_SHAPE }, others: ANY_AFFINITY };
    case "date":
    case "timestamp":
      // No moment is spelled like a number.
      return { native: "TEXT", stored: VALUE, others: ANY_AFFINITY };
    case "enum": {
      const values = type.values.map((value) => quoteText(value)).join(", ");
      return {
        native: "TEXT",
        stored: VALUE,
        others: ["text", "none"],
        check: `${quoteIdent(column.name)} IN (${values})`,
      };
    }
    default:
      return { native: "TEXT", stored: VALUE, others: ["text", "none"] };
  }
}

/** All of one width, so that they sort. */
const UTC_SHAPE = { separator: " ", hasSeconds: true, fractionDigits: 6, zone: "Z", assumedZone: null } as const;

function numericAs(
  { precision, scale }: Extract<CopyType, { kind: "numeric" }>,
  { holdsNaN }: SourceColumn,
  { numeric }: Choices,
): Kept {
  if (!holdsNaN && precision !== null && precision <= INTEGER_DIGITS && (scale ?? 0) === 0) {
    return { native: "INTEGER", stored: VALUE, others: ["integer", "numeric"] };
  }
  if (numeric === "real") return { native: "REAL", stored: { as: "real" }, others: ["real"] };
  return {
    native: "TEXT",
    stored: { as: "text" },
    others: ["text", "none"],
    warning: "decimals are kept as text: '9' sorts behind '10', and sums are made of doubles",
    flag: "--numeric real",
  };
}
