import type { NowForm, SqlExpression } from "../../../lib/core/sql-expression.js";
import { Untranslatable } from "../../../lib/core/untranslatable.js";

const CLOCKS: ReadonlyMap<string, NowForm> = new Map<string, NowForm>(
  Object.entries<NowForm>({
    now: { kind: "timestamp", separator: " ", fractionDigits: 6, zone: "Z", isText: false },
    localtimestamp: { kind: "timestamp", separator: " ", fractionDigits: 6, zone: "", isText: false },
    current_date: { kind: "date" },
    localtime: { kind: "time", fractionDigits: 6 },
  }),
);
const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    transaction_timestamp: "now",
    statement_timestamp: "now",
    clock_timestamp: "now",
    current_timestamp: "now",
    current_time: "localtime",
  }),
);
const PRECISIONS: Readonly<Record<string, number>> = { second: 0, seconds: 0, milliseconds: 3, microseconds: 6 };
const TO_CHAR = /^YYYY-MM-DD(?: |("T"))HH24:MI:SS(?:\.(MS|US))?(?:"?(Z|[+-]00:?00)"?)?$/;

/** A word or function that tells the time, to so many digits of the second; null for all others. */
export function clockOf(name: string, given: readonly SqlExpression[]): SqlExpression | null {
  const form = CLOCKS.get(SAME.get(name) ?? name);
  if (form === undefined || form.kind === "epoch" || form.kind === "julian" || given.length > 1) return null;
  const [digits] = given;
  if (digits === undefined || form.kind === "date") return { kind: "now", form };
  if (digits.kind !== "literal" || digits.value.kind !== "integer") return null;
  return { kind: "now", form: { ...form, fractionDigits: Number(digits.value.text) } };
}

/** A function of the moment of asking that only gives it another form; null for all others. */
export function reshapedNow(name: string, given: readonly SqlExpression[]): SqlExpression | null {
  const [first, second] = given;
  if (name === "timezone" && first !== undefined && second !== undefined) return nowInUtc(second, first);
  if (name === "to_char" && first?.kind === "now" && first.form.kind === "timestamp" && !first.form.isText) {
    const form = formOf(textOf(second), first.form.zone);
    return form === null ? null : { kind: "now", form };
  }
  if (name === "date_trunc" && second?.kind === "now" && second.form.kind === "timestamp") {
    const fractionDigits = PRECISIONS[textOf(first)];
    return fractionDigits === undefined ? null : { kind: "now", form: { ...second.form, fractionDigits } };
  }
  if ((name === "extract" || name === "date_part") && textOf(first) === "epoch" && second?.kind === "now") {
    return { kind: "now", form: { kind: "epoch", unit: "s", isText: false } };
  }
  return name === "floor" && first?.kind === "now" && first.form.kind === "epoch" ? first : null;
}

/** `now() AT TIME ZONE 'utc'`. Untranslatable for other moments and zones. */
export function nowInUtc(operand: SqlExpression, zone: SqlExpression): SqlExpression {
  const isUtc = ["utc", "etc/utc", "gmt", "z"].includes(textOf(zone).toLowerCase());
  if (operand.kind !== "now" || operand.form.kind !== "timestamp" || !isUtc) {
    throw new Untranslatable("AT TIME ZONE has no counterpart");
  }
  return { kind: "now", form: { ...operand.form, zone: "" } };
}

/** A text that says the time in UTC; of a moment with a zone it would say the session's. */
function formOf(format: string, zone: string): NowForm | null {
  const [whole, t, fraction, suffix = ""] = TO_CHAR.exec(format) ?? [];
  if (zone !== "") return null;
  if (format === "YYYY-MM-DD") return { kind: "date" };
  if (format === "HH24:MI:SS") return { kind: "time", fractionDigits: 0 };
  if (whole === undefined) return null;
  const fractionDigits = fraction === undefined ? 0 : fraction === "MS" ? 3 : 6;
  return { kind: "timestamp", separator: t === undefined ? " " : "T", fractionDigits, zone: suffix, isText: true };
}

function textOf(expression: SqlExpression | undefined): string {
  return expression?.kind === "literal" && expression.value.kind === "text" ? expression.value.text : "";
}
