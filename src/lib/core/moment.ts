import { DbopsError } from "./errors.js";
import { parseDurationMs } from "./units.js";

/** RFC 3339, and the form that dbops prints for people: a blank for the T and before the offset. */
const STAMP = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads an instant: RFC 3339 with its zone, or a duration meaning that long before `now`. USAGE.INVALID. */
export function parseMoment(text: string, now: Date): Date {
  const [, date, time, zone] = STAMP.exec(text.trim()) ?? [];
  if (date === undefined) return new Date(now.getTime() - agoMs(text));
  const at = new Date(`${date}T${time}${zone?.toUpperCase()}`);
  if (!Number.isNaN(at.getTime())) return at;
  throw noMoment(text, "there is no such date");
}

function agoMs(text: string): number {
  try {
    return parseDurationMs(text);
  } catch {
    throw noMoment(text, "a time is RFC 3339 with its zone, or a duration back from now");
  }
}

function noMoment(text: string, why: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `"${text}" is not a time`,
    why,
    hint: "write for example 2026-09-01T02:15:00Z, 2026-09-01T04:15:00+02:00, 90m or 2d",
  });
}
