import type { Block } from "../../lib/core/view.js";
import type { ImportedTable } from "../../lib/import/import-report.js";

/** What a table would get: types, mapping and the first records. */
export function previewBlocks({ schema, name, file, columns, preview, isNew }: ImportedTable): readonly Block[] {
  const title = `${schema === null ? name : `${schema}.${name}`}${isNew ? " (would be made)" : ""} from ${file}`;
  return [
    {
      kind: "table",
      title,
      columns: [{ title: "column of the input" }, { title: "column" }, { title: "type" }],
      rows: columns.map(({ field, column, type }) => [field, column, type]),
      empty: "no column",
    },
    {
      kind: "table",
      columns: columns.map(({ column }) => ({ title: column })),
      rows: (preview ?? []).map((row) =>
        row.map((text) => (text === null ? { text: "NULL", tone: "dim" as const } : text)),
      ),
      empty: "no record",
    },
  ];
}
