import type { StepDescription } from "../../lib/core/plan.js";
import { formatNumberOf } from "../../lib/core/units.js";
import { type ImportPlan, type TablePlan, tableWord } from "../../lib/import/import-plan.js";

/** What would be done, in order; rows that are there and would go are destroyed. */
export function importSteps({ mode, tables, schema }: ImportPlan, isLook: boolean): StepDescription[] {
  if (isLook) return tables.map((table) => ({ summary: `look at ${described(table)}`, risk: "safe" }));
  return [
    ...tables.flatMap((table) => clearing(table, mode)),
    ...(schema === null ? tables.flatMap(making) : [ownSchema(tables)]),
    ...tables.map((table): StepDescription => ({ summary: `${verb(table)} ${described(table)}`, risk: "safe" })),
  ];
}

function making({ create, columns }: TablePlan): StepDescription[] {
  if (create === null) return [];
  const list = columns.map(({ column, type }) => `${column} ${type}`).join(", ");
  return [{ summary: `make ${tableWord(create.table)} (${list})`, risk: "safe" }];
}

function ownSchema(tables: readonly TablePlan[]): StepDescription {
  const names = tables.map(({ table }) => tableWord(table)).join(", ");
  return { summary: `make ${names} with the export's own schema: keys, indexes, triggers and all`, risk: "safe" };
}

function clearing({ table, losses }: TablePlan, mode: ImportPlan["mode"]): StepDescription[] {
  if (losses === null) return [];
  const { rows, parts, cascades, firesTriggers } = losses;
  const word = tableWord(table);
  const its = [formatNumberOf("row", rows), ...parts].join(", ");
  const summary =
    mode === "replace" ? `${mode}: drop ${word} with its ${its}` : `${mode}: delete all ${its} of ${word}`;
  return [
    { summary: `${summary}${firesTriggers ? "; its triggers fire" : ""}`, risk: "destroys" },
    ...cascades.map(({ table: other, rows: there, does }): StepDescription => {
      const what = does === "delete" ? "delete" : "take its reference from";
      return {
        summary: `with them, ${what} what refers to them in ${other} (${formatNumberOf("row", there)} now)`,
        risk: "destroys",
      };
    }),
  ];
}

function verb({ onConflict }: TablePlan): string {
  return { fail: "insert", skip: "insert where the key is new", update: "insert, or update by key," }[onConflict.kind];
}

function described({ source, table, columns, onConflict }: TablePlan): string {
  const renamed = columns
    .filter(({ field, column }) => field !== column)
    .map(({ field, column }) => `${field} as ${column}`);
  const key = onConflict.kind === "update" ? `, key ${onConflict.key.join(", ")}` : "";
  const mapping = renamed.length === 0 ? "" : `, ${renamed.join(", ")}`;
  return `the records of ${source.place} into ${tableWord(table)} (${formatNumberOf("column", columns.length)}${key}${mapping})`;
}
