import type { SqlLiteral } from "../../../lib/core/sql-expression.js";
import type { EpochUnit, MomentShape, StoredForm } from "../../copy-type-model.js";
import { quoteLiteral } from "../quote-literal.js";

const PER_SECOND: Readonly<Record<EpochUnit, bigint>> = { s: 1n, ms: 1_000n, us: 1_000_000n };
/** Years that have four digits. */
const [LEAST_SECOND, GREATEST_SECOND] = [-62_135_596_800n, 253_402_300_799n];
const NATIVE: Readonly<Record<string, string>> = { date: "date", timestamp: "timestamp", timestamptz: "timestamptz" };

/** A literal that stood beside a column whose moments were kept so, as the moment that it spells; null = it spells none. */
export function momentLiteral(value: SqlLiteral, type: string, stored: StoredForm | null): string | null {
  const native = NATIVE[type];
  if (native === undefined || stored === null) return null;
  const text =
    stored.as === "moment" && value.kind === "text"
      ? fromText(value.text, type, stored.shape)
      : stored.as === "epoch" && value.kind === "integer" && type !== "date"
        ? fromEpoch(BigInt(value.text), PER_SECOND[stored.unit], type)
        : null;
  return text === null ? null : `${quoteLiteral(text)}::${native}`;
}

function fromText(
  text: string,
  type: string,
  { separator, hasSeconds, fractionDigits, zone, assumedZone }: MomentShape,
): string | null {
  // What zone it is in is only known of all values together.
  if (assumedZone !== null || (zone !== "") !== (type === "timestamptz") || !text.endsWith(zone)) return null;
  const local = text.slice(0, text.length - zone.length);
  const [whole, date = "", found = null, minutes = "", seconds = "", fraction = ""] =
    /^(\d{4}-\d{2}-\d{2})(?:([ T])(\d{2}:\d{2})(:\d{2})?(\.\d+)?)?$/.exec(local) ?? [];
  if (whole === undefined || found !== separator) return null;
  if (separator === null) return type === "date" && isMoment(`${date}T00:00:00`) ? date : null;
  if ((seconds !== "") !== hasSeconds || fraction.length !== (fractionDigits === 0 ? 0 : fractionDigits + 1))
    return null;
  const time = `${minutes}${seconds === "" ? ":00" : seconds}`;
  return isMoment(`${date}T${time}`) ? `${date} ${time}${fraction}${zone === "Z" ? "+00" : zone}` : null;
}

function isMoment(local: string): boolean {
  const at = new Date(`${local}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(local) && !local.startsWith("0000");
}

function fromEpoch(count: bigint, perSecond: bigint, type: string): string | null {
  const rest = ((count % perSecond) + perSecond) % perSecond;
  const second = (count - rest) / perSecond;
  if (second < LEAST_SECOND || second > GREATEST_SECOND) return null;
  const local = new Date(Number(second) * 1000).toISOString().slice(0, 19).replace("T", " ");
  const fraction =
    perSecond === 1n || rest === 0n ? "" : `.${String(rest).padStart(String(perSecond).length - 1, "0")}`;
  return `${local}${fraction}${type === "timestamptz" ? "+00" : ""}`;
}
