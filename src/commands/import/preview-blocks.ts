import type { Block } from "../../lib/core/view.js";
import type { ImportedTable } from "../../lib/import/import-report.js";

/** What a table would get: types, mapping and the first records. */
export function previewBlocks({ schema, name, file, columns, preview, isNew }: ImportedTable): readonly Block[] {
  const why = columns.some(({ evidence }) => evidence !== null) ? ["because of"] : [];
  const title = `${schema === null ? name : `${schema}.${name}`}${isNew ? " (would be made)" : ""} from ${file}`;
  return [
    {
      kind: "table",
      title,
      columns: [
        { title: "column of the input" },
        { title: "column" },
        { title: "type" },
        ...why.map((title) => ({ title })),
      ],
      rows: columns.map(({ field, column, type, evidence }) => [
        field,
        column,
        type,
        ...why.map(() => evidence ?? "-"),
      ]),
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
