import { formatNumberOf } from "../../../lib/core/units.js";
import type { CopyType, EpochUnit, MomentShape } from "../../copy-type-model.js";
import { chooseMisfit } from "./choose-misfit.js";
import type { NumberEvidence, SkippedTimes } from "./column-evidence.js";
import { describeClasses } from "./describe-classes.js";
import { epochUnitOf } from "./epoch-unit.js";
import { momentShapeOf } from "./moment-shape.js";
import { AS_VALUE, type TypeChoice, type TypeQuestion } from "./type-choice.js";
import { widestType } from "./widest-type.js";

const TEXT: CopyType = { kind: "text" };
const INSTANT: CopyType = { kind: "timestamptz" };

/** Of columns that declare dates or times: only what comes back to the byte becomes one. */
export function chooseMoment(question: TypeQuestion): TypeChoice {
  const { classes } = question.evidence;
  const has = (word: string): boolean => classes.some((found) => found.class === word);
  if (has("blob")) return chooseMisfit(question, { type: TEXT }, (found) => found !== "blob");
  if (classes.length === 0) return chooseEmpty(question);
  if (!has("text")) return chooseCounted(question);
  return classes.length === 1 ? chooseWritten(question) : mixed(question);
}

/** As CURRENT_DATE and CURRENT_TIMESTAMP would write them. */
function chooseEmpty(question: TypeQuestion): TypeChoice {
  const { family, choices } = question;
  const like =
    family === "date" ? "2026-01-31" : family === "timestamp" ? "2026-01-31 08:00:00" : "2026-01-31 08:00:00Z";
  const shape = momentShapeOf(like, choices.assumeTz);
  return shape === null ? base(question) : shaped(question, shape);
}

function chooseWritten(question: TypeQuestion): TypeChoice {
  const { evidence, choices } = question;
  const { moments } = evidence;
  if (moments === null || moments.shape === null || moments.firstOther !== null) {
    const other = moments?.firstOther ?? null;
    const where = other === null || other.rowid === null ? "" : ` at rowid ${other.rowid}`;
    const what = other === null ? "" : `: ${JSON.stringify(short(other.text))}${where} is none`;
    return { ...base(question), warning: `stays text, for its values are not all moments of one form${what}` };
  }
  const { shape, skipped } = moments;
  const assumed = shape.zone === "" && shape.separator !== null ? choices.assumeTz : null;
  const choice = shaped(question, { ...shape, assumedZone: assumed });
  return assumed === null || skipped === null ? choice : { ...choice, ...without(skipped, assumed, question) };
}

/** Times that the clocks of the zone never show are no moments there. */
function without(
  { count, firstRowid }: SkippedTimes,
  zone: string,
  { choices }: TypeQuestion,
): Pick<TypeChoice, "obstacle" | "leftOut"> {
  const where = firstRowid === null ? "" : `, the first at rowid ${firstRowid}`;
  const what = `${formatNumberOf("time", count)} that clocks of ${zone} skip${where}`;
  const isLeftOut = choices.onMismatch === "reject" || choices.onMismatch === "null";
  if (isLeftOut) return { obstacle: null, leftOut: what };
  return { obstacle: { what: `${what}; without --assume-tz they stay`, flag: "--on-mismatch reject" } };
}

function shaped(question: TypeQuestion, shape: MomentShape): TypeChoice {
  const { family, evidence } = question;
  const hasZone = shape.zone !== "" || shape.assumedZone !== null;
  const kind = shape.separator === null && family === "date" ? "date" : hasZone ? "timestamptz" : "timestamp";
  return {
    ...base(question),
    type: { kind },
    stored: { as: "moment", shape },
    evidence: `${describeClasses(evidence)}${evidence.classes.length === 0 ? "" : `, all written ${written(shape)}`}`,
    flag: kind === "timestamp" ? "--assume-tz" : null,
    warning: evidence.classes.length === 0 ? null : "values are moments now: the application gets them in another form",
  };
}

/** Numbers alone: seconds or days since some day, if that. */
function chooseCounted(question: TypeQuestion): TypeChoice {
  const { evidence, choices } = question;
  const { numbers, classes } = evidence;
  const number = { ...base(question), type: widestType(evidence, choices.isTight) };
  const counted = classes[0]?.count ?? 0;
  if (classes.length > 1 || numbers === null) return number;
  if (classes[0]?.class === "real") {
    if (choices.epoch !== "julian") return { ...number, flag: "--epoch julian" };
    if (numbers.julianDays < counted) return { ...number, warning: "not all are Julian days that come back exactly" };
    return instant(question, "Julian days", { as: "julian" });
  }
  const unit = epochUnitOf(numbers, choices.epoch);
  if (unit === null) return { ...number, ...unlike(question, numbers) };
  return instant(question, `${UNITS[unit]} since 1970`, { as: "epoch", unit });
}

const UNITS: Readonly<Record<EpochUnit, string>> = { s: "seconds", ms: "milliseconds", us: "microseconds" };

function unlike({ choices }: TypeQuestion, { least, greatest }: NumberEvidence): Pick<TypeChoice, "flag" | "warning"> {
  if (choices.epoch === "none") return { flag: "--epoch auto", warning: null };
  return {
    flag: choices.epoch === "auto" ? "--epoch s" : null,
    warning: `stays a number: ${least} to ${greatest} are not of 1990 to 2100 in one unit`,
  };
}

function instant(question: TypeQuestion, what: string, stored: TypeChoice["stored"]): TypeChoice {
  return {
    ...base(question),
    type: INSTANT,
    stored,
    evidence: `${describeClasses(question.evidence)}, read as ${what}`,
    flag: "--epoch none",
    warning: "values are moments now: the application must stop counting",
  };
}

function mixed(question: TypeQuestion): TypeChoice {
  return {
    ...base(question),
    warning: "stays text, for moments are kept in several ways; numbers arrive as their digits",
  };
}

function base({ evidence }: TypeQuestion): TypeChoice {
  return {
    type: TEXT,
    stored: AS_VALUE,
    evidence: describeClasses(evidence),
    flag: null,
    warning: null,
    obstacle: null,
  };
}

function written({ separator, hasSeconds, fractionDigits, zone }: MomentShape): string {
  if (separator === null) return "YYYY-MM-DD";
  const fraction = fractionDigits === 0 ? "" : `.${"f".repeat(fractionDigits)}`;
  return `YYYY-MM-DD${separator}HH:MM${hasSeconds ? ":SS" : ""}${fraction}${zone}`;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
