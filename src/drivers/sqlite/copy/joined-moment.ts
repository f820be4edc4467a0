import type { CopyColumn } from "../../copy-rows-model.js";
import type { MomentShape } from "../../copy-type-model.js";
import { quoteText } from "../quote-text.js";

/** Zones in which nothing has to be counted. */
const UTC = new Set(["", "Z", "+00:00", "+0000", "+00"]);
const SPELLED: MomentShape = { separator: " ", hasSeconds: true, fractionDigits: 0, zone: "", assumedZone: null };

/** A condition under which a text is a moment, and how rows spell it then; null where SQLite cannot tell. */
export function joinedMoment(
  cell: string,
  { type, stored }: Pick<CopyColumn, "type" | "stored">,
): { readonly condition: string; readonly sql: string } | null {
  if (type.kind === "date") return { condition: `date(${cell}) = ${cell} AND ${cell} >= '0001'`, sql: cell };
  const isUtc = type.kind === "timestamptz";
  if (stored?.as !== "moment" && (isUtc || stored?.as === "epoch" || stored?.as === "julian")) return null;
  const { separator, hasSeconds, fractionDigits, zone, assumedZone } = stored?.as === "moment" ? stored.shape : SPELLED;
  if (separator === null || !hasSeconds || assumedZone !== null || !UTC.has(zone)) return null;
  const hasTail = fractionDigits > 0 || zone !== "";
  const head = hasTail ? `substr(${cell}, 1, 19)` : cell;
  const spelled = separator === " " ? head : `replace(${head}, 'T', ' ')`;
  const conditions = [
    // Whatever is no moment, and 24:00, comes out as another one or none.
    `datetime(${head}) = ${spelled}`,
    `${cell} >= '0001'`,
    ...(separator === " " ? [] : [`substr(${cell}, 11, 1) = 'T'`]),
    ...(hasTail ? [`substr(${cell}, 20) GLOB ${quoteText(tailPattern(fractionDigits, zone))}`] : []),
  ];
  const fraction = fractionDigits === 0 ? "" : ` || rtrim(rtrim(substr(${cell}, 20, ${fractionDigits + 1}), '0'), '.')`;
  return { condition: conditions.join(" AND "), sql: `${spelled}${fraction}${isUtc ? " || '+00'" : ""}` };
}

function tailPattern(fractionDigits: number, zone: string): string {
  return `${fractionDigits === 0 ? "" : `.${"[0-9]".repeat(fractionDigits)}`}${zone}`;
}
