import type { OriginEntry, SourceView } from "../../drivers/copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../drivers/copy-target-model.js";
import type { Recalled } from "./recall-origin.js";
import { tableKey } from "./table-key.js";

/** Functions before what calls them, triggers last. */
const ORDER: readonly OriginEntry["kind"][] = ["other", "index", "view", "trigger"];

/** Definitions from home that are run as they are; views among them need no other words. */
export function returningObjects(
  { objects }: Recalled,
  { views, made }: { readonly views: readonly SourceView[]; readonly made: readonly TargetTable[] },
): TargetDesign["returning"] {
  const present = new Set(views.map(({ name }) => tableKey(name)));
  const whole = new Set(made.flatMap(({ source, definition }) => (definition === null ? [] : [tableKey(source)])));
  const homes = new Set(made.map(({ source }) => tableKey(source)));
  const isBack = ({ kind, table, isCarried }: Recalled["objects"][number]): boolean => {
    if (!isCarried) return table === null || homes.has(tableKey(table));
    if (table === null) return false;
    return kind === "view" ? present.has(tableKey(table)) : whole.has(tableKey(table));
  };
  return objects
    .filter(isBack)
    .map(({ kind, name, schema, definition }) => ({ kind, name, schema, sql: definition }))
    .sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}
