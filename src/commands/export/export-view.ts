import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import type { ExportData } from "./export-schema.js";

/** Where the rows are, and how many; nothing when they went to stdout, where they stand alone. */
export function exportView({ export: made }: ExportData): View {
  if (made.output === "-") return { blocks: [] };
  const size = made.sizeBytes === null ? [] : [["size", formatBytes(made.sizeBytes)] as const];
  const hash = made.sha256 === null ? [] : [["SHA-256", made.sha256] as const];
  const entries = [
    ["output", { text: made.output, tone: "strong" }],
    ["content", `${formatNumberOf("row", made.rows)} of ${formatNumberOf("table", made.tables.length)}`],
    ...size,
    ...hash,
    ["took", formatDuration(made.durationMs)],
  ] as const;
  if (made.tables.length < 2) return { blocks: [{ kind: "facts", entries }] };
  const rows = made.tables.map(({ schema, name, file, rows: count }) => [
    schema === null ? (name ?? "query") : `${schema}.${name}`,
    formatCount(count),
    file ?? "",
  ]);
  const columns = [{ title: "table" }, { title: "rows", align: "right" as const }];
  const hasFiles = made.tables.some(({ file }) => file !== null);
  return {
    blocks: [
      { kind: "facts", entries },
      {
        kind: "table",
        columns: hasFiles ? [...columns, { title: "file" }] : columns,
        rows: hasFiles ? rows : rows.map((row) => row.slice(0, 2)),
        empty: "no tables",
      },
    ],
  };
}
