import type { MomentShape } from "../../copy-type-model.js";
import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";
import type { SkippedTimes } from "./column-evidence.js";
import { momentAt, secondsOf } from "./moment-parts.js";
import { MomentText } from "./moment-text.js";
import type { ColumnScan } from "./survey-protocol.js";
import { ZoneClock } from "./zone-clock.js";
import { zoneGaps } from "./zone-gaps.js";

/** Local times of a column, all of one shape, that the clocks of a zone never show; null where there are none. */
export function scanSkipped(
  connection: Connection,
  { table, rowid }: Pick<ColumnScan, "table" | "rowid">,
  { name, shape, zone }: { readonly name: string; readonly shape: MomentShape; readonly zone: string },
): SkippedTimes | null {
  const cell = quoteIdent(name);
  const from = `FROM ${quoteIdent(table)}`;
  const text = new MomentText(shape, "timestamp");
  const secondsIn = (which: "min" | "max"): number | null => {
    const parts = text.read(connection.text(`SELECT ${which}(${cell} COLLATE BINARY) ${from}`));
    return parts === null ? null : secondsOf(parts);
  };
  const [least, greatest] = [secondsIn("min"), secondsIn("max")];
  if (least === null || greatest === null) return null;
  const spelled = (seconds: number): string => {
    const parts = momentAt(seconds, "");
    return parts === null ? "" : (text.write(parts) ?? "");
  };
  const conditions = zoneGaps(new ZoneClock(zone), least, greatest)
    .map(([start, end]) => [spelled(start), spelled(end)] as const)
    .filter(([start, end]) => start !== "" && end !== "")
    .map(
      ([start, end]) =>
        `(${cell} COLLATE BINARY >= ${quoteText(start)} AND ${cell} COLLATE BINARY < ${quoteText(end)})`,
    );
  if (conditions.length === 0) return null;
  const where = `WHERE ${conditions.join(" OR ")}`;
  const count = connection.count(`SELECT count(*) ${from} ${where}`);
  if (count === 0) return null;
  const first = rowid === null ? null : connection.value(`SELECT min(${rowid}) ${from} ${where}`);
  return { count, firstRowid: typeof first === "bigint" ? first : null };
}
