import type { CopyReport } from "../../lib/copy/copy-report.js";
import type { Block } from "../../lib/core/view.js";

/** What stays behind: objects as a table, what does not count as lines. */
export function uncarriedBlocks(notCarried: CopyReport["notCarried"]): readonly Block[] {
  const objects = notCarried.filter((one) => one.class !== "note");
  const notes = notCarried.filter((one) => one.class === "note");
  const lines = notes.map(({ name }): Block => ({ kind: "text", text: `- ${name}`, tone: "dim" }));
  if (objects.length === 0) return lines;
  return [
    {
      kind: "table",
      title: "NOT CARRIED",
      columns: [{ title: "kind" }, { title: "name", isWhole: true }, { title: "why" }],
      rows: objects.map(({ kind, name, class: counts, reason }) => [
        { text: kind, tone: counts === "counted" ? "warn" : "dim" },
        name,
        reason,
      ]),
      empty: "",
    },
    ...lines,
  ];
}
