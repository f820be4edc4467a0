import type { NowForm, SqlExpression } from "../../../lib/core/sql-expression.js";
import { Untranslatable } from "../../../lib/core/untranslatable.js";

const TO_SECONDS: NowForm = { kind: "timestamp", separator: " ", fractionDigits: 0, zone: "", isText: true };
const TO_MILLISECONDS: NowForm = { kind: "timestamp", separator: " ", fractionDigits: 3, zone: "", isText: true };

/** What SQLite's CURRENT_… words stand for. */
export const NOW_WORDS: Readonly<Record<string, NowForm>> = {
  CURRENT_TIMESTAMP: TO_SECONDS,
  CURRENT_DATE: { kind: "date" },
  CURRENT_TIME: { kind: "time", fractionDigits: 0 },
};

const FUNCTIONS: Readonly<Record<string, NowForm>> = {
  datetime: TO_SECONDS,
  date: { kind: "date" },
  time: { kind: "time", fractionDigits: 0 },
  unixepoch: { kind: "epoch", unit: "s", isText: false },
  julianday: { kind: "julian" },
};
const TIMESTAMP_FORMAT = /^%Y-%m-%d([ T])%H:%M:(?:%S|(%f)(0{0,3}))(Z|[+-]00:?00)?$/;

/** The date functions by name. */
export const NOW_FUNCTIONS: ReadonlySet<string> = new Set([...Object.keys(FUNCTIONS), "strftime"]);

/** Reads a call of a date function that asks for the moment itself. Untranslatable for all other moments. */
export function nowOf(name: string, given: readonly SqlExpression[]): SqlExpression {
  const texts = given.map((argument) =>
    argument.kind === "literal" && argument.value.kind === "text" ? argument.value.text : null,
  );
  const [format, ...moment] = name === "strftime" ? texts : [null, ...texts];
  if (moment.length > 0 && moment[0]?.toLowerCase() !== "now") throw new Untranslatable(`${name}() has no counterpart`);
  const [modifier] = moment.slice(1);
  if (modifier !== undefined) return { kind: "now", form: modified(name, modifier, moment.length) };
  const form = name === "strftime" ? formOf(format ?? "") : FUNCTIONS[name];
  if (form === undefined) throw new Untranslatable(`${name}('${format}') has no counterpart`);
  return { kind: "now", form };
}

function modified(name: string, modifier: string | null, count: number): NowForm {
  const isFine = modifier !== null && ["subsec", "subsecond"].includes(modifier.toLowerCase());
  if (isFine && count === 2 && name === "datetime") return TO_MILLISECONDS;
  throw new Untranslatable(
    `${name}() with the modifier ${modifier === null ? "of a column" : `'${modifier}'`} has no counterpart`,
  );
}

function formOf(format: string): NowForm | undefined {
  if (format === "%s") return { kind: "epoch", unit: "s", isText: true };
  if (format === "%Y-%m-%d") return { kind: "date" };
  if (format === "%H:%M:%S") return { kind: "time", fractionDigits: 0 };
  const [whole, separator, fraction, zeros = "", zone = ""] = TIMESTAMP_FORMAT.exec(format) ?? [];
  if (whole === undefined) return undefined;
  const fractionDigits = fraction === undefined ? 0 : 3 + zeros.length;
  return { kind: "timestamp", separator: separator === "T" ? "T" : " ", fractionDigits, zone, isText: true };
}
