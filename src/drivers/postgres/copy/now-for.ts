import type { NowForm } from "../../../lib/core/sql-expression.js";
import type { ScopeColumn } from "../../copy-target-model.js";
import type { EpochUnit } from "../../copy-type-model.js";
import { quoteLiteral } from "../quote-literal.js";

const UTC = "now() at time zone 'utc'";
const SECONDS = "floor(extract(epoch from now()))::bigint";
const FACTORS: Readonly<Record<EpochUnit, string>> = { s: "", ms: " * 1000", us: " * 1000000" };
const PRECISIONS: Readonly<Record<number, string>> = { 0: "second", 3: "milliseconds" };
const FRACTIONS: Readonly<Record<number, string>> = { 0: "", 3: ".MS", 6: ".US" };

/** An expression for the moment of asking as such a column keeps it; null = it was kept in a way that it has no counterpart for. */
export function nowFor({ type, sourceStored }: ScopeColumn, form: NowForm): string | null {
  switch (type.kind) {
    case "text":
      return textOf(form);
    case "integer":
      return form.kind === "epoch" && type.bits === 64 ? `${SECONDS}${FACTORS[form.unit]}` : null;
    case "double":
      return form.kind === "julian" ? "(extract(epoch from now()) / 86400.0 + 2440587.5)::float8" : null;
    case "date":
      return form.kind === "date" ? `(${UTC})::date` : null;
    case "timestamp":
    case "timestamptz": {
      const digits = digitsOf(form, sourceStored);
      const moment = type.kind === "timestamp" ? UTC : "now()";
      if (digits === null) return null;
      return digits >= 6 ? moment : `date_trunc('${PRECISIONS[digits]}', ${moment})`;
    }
    default:
      return null;
  }
}

function textOf(form: NowForm): string | null {
  if (form.kind === "epoch") return `(${SECONDS}${FACTORS[form.unit]})::text`;
  if (form.kind === "julian") return null;
  if (form.kind === "date") return `to_char(${UTC}, 'YYYY-MM-DD')`;
  const fraction = FRACTIONS[form.fractionDigits];
  if (fraction === undefined) return null;
  const time = `HH24:MI:SS${fraction}`;
  if (form.kind === "time") return `to_char(${UTC}, '${time}')`;
  const zone = form.zone === "" ? "" : `"${form.zone}"`;
  return `to_char(${UTC}, ${quoteLiteral(`YYYY-MM-DD${form.separator === "T" ? '"T"' : " "}${time}${zone}`)})`;
}

/** The digits after the second that such a moment has; null where the column's moments are no such ones. */
function digitsOf(form: NowForm, stored: ScopeColumn["sourceStored"]): number | null {
  if (stored?.as === "epoch" && form.kind === "epoch") return form.unit === stored.unit ? 0 : null;
  if (stored?.as === "julian") return form.kind === "julian" ? 6 : null;
  if (form.kind !== "timestamp" || (PRECISIONS[form.fractionDigits] === undefined && form.fractionDigits < 6))
    return null;
  const zone = stored?.as === "moment" ? stored.shape.assumedZone : null;
  // What it says is UTC, whatever the column's moments are taken to be in.
  return zone === null || zone === "UTC" ? form.fractionDigits : null;
}
