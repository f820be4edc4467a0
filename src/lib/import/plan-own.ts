import type { ChosenTable } from "./choose-tables.js";
import type { TablePlan } from "./import-plan.js";

/** A table that the export's own schema makes: its columns are known, and those that it computes are not loaded. */
export function planOwn({ source, name }: ChosenTable): TablePlan {
  const { origin, schema } = source;
  const table = { schema, name: source.name ?? name.name };
  const isLoaded = (field: string): boolean => origin?.generated.has(field) !== true;
  const columns = source.columns
    .map((field, at) => ({ field, at }))
    .filter(({ field }) => isLoaded(field))
    .map(({ field, at }) => ({
      field,
      at,
      column: field,
      type: origin?.types.get(field) ?? "",
      evidence: null,
      isBoolean: false,
      holdsNumbers: origin?.numbers?.has(field) ?? false,
      canBeNonFinite: origin?.nonFinite.has(field) ?? false,
    }));
  return {
    source,
    table,
    columns,
    left: source.columns.filter((field) => !isLoaded(field)),
    onConflict: { kind: "fail" },
    hasExactTexts: source.isTyped,
    create: {
      table,
      columns: columns.map(({ column, type }) => ({ name: column, type: { kind: "native", sql: type } })),
    },
    replaces: false,
    losses: null,
  };
}
