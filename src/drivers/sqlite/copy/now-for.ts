import type { NowForm } from "../../../lib/core/sql-expression.js";
import type { ScopeColumn } from "../../copy-target-model.js";
import type { EpochUnit, MomentShape } from "../../copy-type-model.js";
import { quoteText } from "../quote-text.js";

const SECONDS = "CAST(strftime('%s', 'now') AS INTEGER)";
const FACTORS: Readonly<Record<EpochUnit, string>> = { s: "", ms: " * 1000", us: " * 1000000" };
/** SQLite's clock tells milliseconds. */
const FRACTIONS: Readonly<Record<number, string>> = { 0: "%S", 3: "%f", 6: "%f000" };

/** An expression for the moment of asking as such a column keeps it; null = it was said in a way that it has no counterpart for. */
export function nowFor({ type, stored }: ScopeColumn, form: NowForm): string | null {
  switch (type.kind) {
    case "text":
      return textOf(form);
    case "integer":
      return form.kind === "epoch" ? `${SECONDS}${FACTORS[form.unit]}` : null;
    case "date":
      return form.kind === "date" || isMoment(form) ? "date('now')" : null;
    case "timestamp":
    case "timestamptz":
      return isMoment(form) ? momentOf(type.kind, stored) : null;
    default:
      return null;
  }
}

function isMoment(form: NowForm): boolean {
  return form.kind === "timestamp" && !form.isText;
}

/** A text that the source spells by a pattern; its own spelling of moments has no counterpart. */
function textOf(form: NowForm): string | null {
  if (form.kind === "date") return "date('now')";
  if (form.kind !== "timestamp" || !form.isText) return null;
  const { separator, fractionDigits, zone } = form;
  return spelled({ separator, hasSeconds: true, fractionDigits, zone, assumedZone: null });
}

function momentOf(type: "timestamp" | "timestamptz", stored: ScopeColumn["stored"]): string | null {
  if (stored?.as === "epoch") return `${SECONDS}${FACTORS[stored.unit]}`;
  if (stored?.as === "julian") return "julianday('now')";
  if (stored?.as === "moment") return spelled(stored.shape);
  if (stored?.as !== "value") return null;
  return type === "timestamp" ? "strftime('%Y-%m-%d %H:%M:%S', 'now')" : "strftime('%Y-%m-%d %H:%M:%S+00', 'now')";
}

function spelled({ separator, hasSeconds, fractionDigits, zone, assumedZone }: MomentShape): string | null {
  const seconds = FRACTIONS[fractionDigits];
  const isUtc = assumedZone === null && ["", "Z", "+00", "+00:00", "+0000"].includes(zone);
  if (separator === null || !hasSeconds || seconds === undefined || !isUtc) return null;
  return `strftime(${quoteText(`%Y-%m-%d${separator}%H:%M:${seconds}${zone}`)}, 'now')`;
}
