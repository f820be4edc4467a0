import { formatCount } from "../../lib/core/units.js";
import type { Block } from "../../lib/core/view.js";
import type { ImportReport } from "../../lib/import/import-report.js";

const SHOWN_REJECTS = 20;

/** The records that were not taken, the first ones each with its reason. */
export function rejectBlocks({ rejects, rejectsFile }: ImportReport): readonly Block[] {
  if (rejects.length === 0) return [];
  const more = rejects.length - SHOWN_REJECTS;
  const place = rejectsFile === null ? "" : ` (all of them: ${rejectsFile})`;
  return [
    {
      kind: "table",
      title: "not taken",
      columns: [
        { title: "file", spare: 1 },
        { title: "place" },
        { title: "column" },
        { title: "value" },
        { title: "reason" },
      ],
      rows: rejects
        .slice(0, SHOWN_REJECTS)
        .map(({ file, place: at, placeWord, column, value, reason }) => [
          file,
          at === null ? "-" : `${placeWord} ${at}`,
          column ?? "-",
          value ?? "-",
          reason,
        ]),
      empty: "",
    },
    ...(more > 0 ? [{ kind: "text", text: `and ${formatCount(more)} more${place}`, tone: "warn" } as const] : []),
  ];
}
