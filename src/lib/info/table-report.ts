import type { SchemaModel, Table } from "../../drivers/schema-model.js";
import type { TableReport } from "./info-report.js";
import type { RowCount } from "./row-counts.js";

/** A table as it is reported, with the foreign keys and triggers that belong to it. */
export function tableReport(table: Table, schema: SchemaModel, count: RowCount | undefined): TableReport {
  return {
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    rows: count?.rows ?? null,
    isEstimated: count?.isEstimated ?? false,
    sizeBytes: table.sizeBytes,
    columns: table.columns.map((column) => ({ ...column })),
    primaryKey: [...table.primaryKey],
    indexes: table.indexes.map((index) => ({ ...index, columns: [...index.columns] })),
    foreignKeys: table.foreignKeys.map(({ columns, references, ...rest }) => ({
      ...rest,
      columns: [...columns],
      references: { ...references, columns: [...references.columns] },
    })),
    referencedBy: schema.tables.flatMap((other) => referencesFrom(other, table)),
    checks: table.checks.map((check) => ({ ...check })),
    triggers: schema.triggers
      .filter((trigger) => trigger.schema === table.schema && trigger.table === table.name)
      .map(({ name, sql }) => ({ name, sql })),
  };
}

function referencesFrom(other: Table, table: Table): TableReport["referencedBy"] {
  return other.foreignKeys
    .filter(({ references }) => references.schema === table.schema && references.table === table.name)
    .map(({ name, columns }) => ({ name, schema: other.schema, table: other.name, columns: [...columns] }));
}
