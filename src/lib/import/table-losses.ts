import type { Loader } from "../../drivers/load-model.js";
import type { ForeignKey, SchemaModel, Table } from "../../drivers/schema-model.js";
import { formatNumberOf } from "../core/units.js";
import { tableWord } from "./import-plan.js";
import type { ImportMode } from "./import-wish.js";

/** What goes when a table is emptied, or made anew. */
export interface TableLosses {
  /** Its rows now. */
  readonly rows: number;
  /** What the table itself loses: "primary key", "2 indexes", "grants"; nothing when it is only emptied. */
  readonly parts: readonly string[];
  /** Tables whose rows are deleted, or changed, because they refer to rows that go. */
  readonly cascades: readonly Cascade[];
  /** Its own triggers run, whatever they do. */
  readonly firesTriggers: boolean;
}

export interface Cascade {
  readonly table: string;
  /** Its rows now, of which those go that refer to rows that go. */
  readonly rows: number;
  readonly does: "delete" | "change";
}

export interface LossRequest {
  readonly schema: SchemaModel;
  readonly mode: ImportMode;
}

/** Counts what is there and finds what hangs on it; null where a mode takes nothing away. DB.*. */
export async function tableLosses(
  loader: Loader,
  table: Table | null,
  { schema, mode }: LossRequest,
): Promise<TableLosses | null> {
  if (table === null || (mode !== "truncate" && mode !== "replace")) return null;
  const { rows, extras } = await loader.holdings(table);
  const hasTriggers = schema.triggers.some(
    (trigger) => trigger.table === table.name && trigger.schema === table.schema,
  );
  if (mode === "replace") {
    const parts = [...partsOf(table), ...(hasTriggers ? ["triggers"] : []), ...extras];
    return { rows, parts, cascades: [], firesTriggers: false };
  }
  const cascades: Cascade[] = [];
  for (const { table: other, does } of reached(table, schema)) {
    cascades.push({ table: tableWord(other), rows: (await loader.holdings(other)).rows, does });
  }
  return { rows, parts: [], cascades, firesTriggers: hasTriggers };
}

function partsOf({ primaryKey, columns, indexes, foreignKeys, checks }: Table): readonly string[] {
  const own = indexes.filter(({ isPrimary }) => !isPrimary).length;
  const isMarked = columns.some(({ name, isNullable }) => !isNullable && !primaryKey.includes(name));
  return [
    ...(primaryKey.length > 0 ? ["primary key"] : []),
    ...(isMarked ? ["NOT NULL"] : []),
    ...(columns.some(({ defaultSql, isGenerated }) => defaultSql !== null && !isGenerated) ? ["defaults"] : []),
    ...(columns.some(({ isGenerated, isIdentity }) => isGenerated && !isIdentity) ? ["computed columns"] : []),
    ...(own > 0 ? [own === 1 ? "1 index" : `${own} indexes`] : []),
    ...(foreignKeys.length > 0 ? [formatNumberOf("foreign key", foreignKeys.length)] : []),
    ...(checks.length > 0 ? [formatNumberOf("CHECK", checks.length)] : []),
  ];
}

interface Reached {
  readonly table: Table;
  readonly does: Cascade["does"];
}

/** Deleting goes on from table to table; a reference that is set to NULL or its default ends the way. */
function reached(root: Table, { tables }: SchemaModel): readonly Reached[] {
  const found = new Map<Table, Reached>();
  const work: Table[] = [root];
  for (let from = work.pop(); from !== undefined; from = work.pop()) {
    for (const table of tables) {
      const does = effectOf(table, from);
      if (does === null || table === root || found.get(table)?.does === "delete") continue;
      found.set(table, { table, does });
      if (does === "delete") work.push(table);
    }
  }
  return [...found.values()];
}

function effectOf(table: Table, parent: Table): Cascade["does"] | null {
  const keys = table.foreignKeys.filter(({ references }) => isSame(references, parent));
  const actions = keys.map(({ onDelete }) => onDelete.toUpperCase());
  if (actions.includes("CASCADE")) return "delete";
  return actions.some((action) => action.startsWith("SET ")) ? "change" : null;
}

function isSame({ schema, table }: ForeignKey["references"], parent: Table): boolean {
  return schema === parent.schema && table.toLowerCase() === parent.name.toLowerCase();
}
