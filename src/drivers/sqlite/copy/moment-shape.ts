import type { MomentShape } from "../../copy-type-model.js";
import { quoteText } from "../quote-text.js";

const SHAPE = /^\d{4}-\d\d-\d\d(?:([ T])\d\d:\d\d(:\d\d(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?$/;
const ZONE = /^[+-](\d\d):?(\d\d)?$/;
/** The largest offset that is a zone somewhere. */
const MOST_HOURS = 14;

const DAY = "?".repeat("2026-01-31".length);

/** Evaluated once: bytes of a digit in the database's encoding. */
const CHARACTER_BYTES = "(SELECT 1 + (encoding LIKE 'UTF-16%') FROM pragma_encoding)";

/** How a moment is written; null when it is none that can be kept to the digit. `assumedZone` is for those without a zone. */
export function momentShapeOf(text: string, assumedZone: string | null): MomentShape | null {
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [, separator, seconds, fraction, zone = ""] = match;
  if (!isZone(zone)) return null;
  return {
    separator: separator === " " || separator === "T" ? separator : null,
    hasSeconds: seconds !== undefined,
    fractionDigits: fraction?.length ?? 0,
    zone,
    assumedZone: zone === "" && separator !== undefined ? assumedZone : null,
  };
}

/** An SQL condition: the text in `cell` is of that shape, and a moment of the calendar. */
export function hasShape(cell: string, shape: MomentShape): string {
  const fraction = shape.fractionDigits === 0 ? "" : `.${"[0-9]".repeat(shape.fractionDigits)}`;
  // There is no year 0, and an hour 24 is one of the next day; SQLite has both.
  const isInCalendar = `${cell} NOT GLOB '0000*'${shape.separator === null ? "" : ` AND ${cell} NOT GLOB '${DAY}?24:*'`}`;
  if (fraction === "" && shape.zone === "") return `(${comesBack(cell, shape)} AND ${isInCalendar})`;
  const length = "2026-01-31".length + (shape.hasSeconds ? " 08:00:00" : " 08:00").length;
  const endingBytes = (shape.fractionDigits === 0 ? 0 : shape.fractionDigits + 1) + shape.zone.length;
  // A NUL ends a text for GLOB, but not for its length.
  return `(octet_length(${cell}) = ${length + endingBytes} * ${CHARACTER_BYTES} AND ${comesBack(`substr(${cell}, 1, ${length})`, shape)}
    AND substr(${cell}, ${length + 1}) GLOB ${quoteText(fraction + shape.zone)} AND ${isInCalendar})`;
}

/** SQLite moves a 30th of February into March, so what is no moment does not come back as it was. */
function comesBack(text: string, { separator, hasSeconds }: MomentShape): string {
  const time = `%H:%M${hasSeconds ? ":%S" : ""}`;
  const isPlain = separator === " " && hasSeconds;
  // The functions of one form are twice as fast as those of any.
  const written =
    separator === null
      ? `date(${text})`
      : isPlain
        ? `datetime(${text})`
        : `strftime('%Y-%m-%d${separator}${time}', ${text})`;
  return `${written} = ${text} COLLATE BINARY`;
}

function isZone(zone: string): boolean {
  const match = ZONE.exec(zone);
  if (match === null) return true;
  return Number(match[1]) <= MOST_HOURS && Number(match[2] ?? 0) < 60;
}
