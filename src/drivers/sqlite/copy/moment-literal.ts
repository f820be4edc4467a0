import type { SqlLiteral } from "../../../lib/core/sql-expression.js";
import type { EpochUnit, MomentShape, StoredForm } from "../../copy-type-model.js";
import { quoteText } from "../quote-text.js";

const DIGITS: Readonly<Record<EpochUnit, number>> = { s: 0, ms: 3, us: 6 };
const CANONICAL = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(\+00)?)?$/;

/** A moment in canonical text, UTC where it has a zone, as a column keeps it; null = it cannot. */
export function momentLiteral(value: SqlLiteral, type: string, stored: StoredForm | null): string | null {
  if (value.kind !== "text") return null;
  const [whole, date = "", time, fraction = "", zone] = CANONICAL.exec(value.text) ?? [];
  if (whole === undefined || (time === undefined) !== (type === "date")) return null;
  if ((zone !== undefined) !== (type === "timestamptz")) return null;
  if (stored?.as === "value") return quoteText(value.text);
  if (stored?.as === "moment") return shaped({ date, time: time ?? null, fraction }, stored.shape);
  if (stored?.as !== "epoch" || time === undefined) return null;
  const digits = DIGITS[stored.unit];
  if (fraction.replace(/0+$/, "").length > digits) return null;
  const seconds = BigInt(Date.parse(`${date}T${time}Z`)) / 1000n;
  return String(seconds * 10n ** BigInt(digits) + BigInt(fraction.slice(0, digits).padEnd(digits, "0") || "0"));
}

interface MomentParts {
  readonly date: string;
  readonly time: string | null;
  readonly fraction: string;
}

function shaped({ date, time, fraction }: MomentParts, shape: MomentShape): string | null {
  const { separator, hasSeconds, fractionDigits, zone, assumedZone } = shape;
  if (separator === null || time === null) return separator === null && time === null ? quoteText(date) : null;
  const isUtc = assumedZone === null && ["", "Z", "+00", "+00:00", "+0000"].includes(zone);
  if (!isUtc || fraction.replace(/0+$/, "").length > fractionDigits) return null;
  if (!hasSeconds && (fraction !== "" || !time.endsWith(":00"))) return null;
  const digits = fractionDigits === 0 ? "" : `.${fraction.padEnd(fractionDigits, "0").slice(0, fractionDigits)}`;
  return quoteText(`${date}${separator}${hasSeconds ? time : time.slice(0, 5)}${digits}${zone}`);
}
