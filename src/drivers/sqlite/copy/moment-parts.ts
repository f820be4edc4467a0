/** A moment or a day, taken apart; in UTC or in no zone at all. */
export interface MomentParts {
  /** As it is counted: 1 BC is 0. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits behind the second as they are written, none at the end being 0. */
  readonly fraction: string;
}

const DATE = String.raw`(\d{4,7})-(\d\d)-(\d\d)`;
const CANONICAL = new RegExp(`^${DATE}(?: (\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?(\\+00)?)?( BC)?$`);
const LAST_YEAR = { date: 5_874_897, timestamp: 294_276, timestamptz: 294_276 } as const;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export type MomentKind = keyof typeof LAST_YEAR;

/** Reads a moment as rows spell it; null for another spelling, and for what is no moment. */
export function parseCanonicalMoment(text: string, kind: MomentKind): MomentParts | null {
  const found = CANONICAL.exec(text);
  if (found === null) return null;
  const [, , , , hour, , , fraction = "", zone] = found;
  if ((kind === "date") !== (hour === undefined) || (kind === "timestamptz") !== (zone !== undefined)) return null;
  if (fraction.endsWith("0")) return null;
  return validMoment(found, kind);
}

/** The parts of a match whose groups are year, month, day, hour, minute, second and fraction, and "BC" as the last; null when there is no such moment. */
export function validMoment(groups: readonly (string | undefined)[], kind: MomentKind): MomentParts | null {
  const [, years, month, day, hour = 0, minute = 0, second = 0, fraction = ""] = groups;
  const written = Number(years);
  const isLong = (years ?? "").length > 4;
  if (written === 0 || written > LAST_YEAR[kind] || (isLong && years?.startsWith("0"))) return null;
  const parts = {
    year: groups.at(-1)?.endsWith("BC") ? 1 - written : written,
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction: fraction.endsWith("0") ? fraction.replace(/0+$/, "") : fraction,
  };
  if (parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > daysIn(parts)) return null;
  return parts.hour > 23 || parts.minute > 59 || parts.second > 59 ? null : parts;
}

/** How rows spell it. */
export function canonicalMoment(parts: MomentParts, kind: MomentKind): string {
  const date = dateText(parts);
  const zone = kind === "timestamptz" ? "+00" : "";
  const time = kind === "date" ? "" : ` ${timeText(parts)}${parts.fraction === "" ? "" : `.${parts.fraction}`}${zone}`;
  return `${date}${time}${parts.year < 1 ? " BC" : ""}`;
}

export function dateText({ year, month, day }: MomentParts): string {
  return `${String(year < 1 ? 1 - year : year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

export function timeText({ hour, minute, second }: MomentParts): string {
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

/** Whole seconds since 1970; null beyond what JavaScript counts. */
export function secondsOf({ year, month, day, hour, minute, second }: MomentParts): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return Number.isNaN(date.getTime()) ? null : date.getTime() / 1000;
}

/** The moment of whole seconds since 1970; null beyond what JavaScript counts. */
export function momentAt(seconds: number, fraction: string): MomentParts | null {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction,
  };
}

function daysIn({ year, month }: Pick<MomentParts, "year" | "month">): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
