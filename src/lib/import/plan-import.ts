import type { TableName } from "../../drivers/driver.js";
import type { Loader, OnConflict } from "../../drivers/load-model.js";
import type { Table } from "../../drivers/schema-model.js";
import { DbopsError } from "../core/errors.js";
import type { RecordTable } from "../transfer/record-model.js";
import { chooseKey, requireSkippableKeys } from "./choose-key.js";
import { chooseSchema } from "./choose-schema.js";
import { type ChosenTable, chooseTables, requireFree } from "./choose-tables.js";
import {
  type ColumnPlan,
  type ImportPlan,
  type NewColumnType,
  type NewColumnTypes,
  type TablePlan,
  tableWord,
} from "./import-plan.js";
import type { ImportWish } from "./import-wish.js";
import { matchColumns, renamedColumns, requireKnownFields } from "./match-columns.js";
import { orderTables } from "./order-tables.js";
import { planOwn } from "./plan-own.js";
import { requireNames } from "./require-names.js";
import { tableLosses } from "./table-losses.js";

export interface PlanRequest {
  readonly sources: readonly RecordTable[];
  readonly wish: ImportWish;
  /** The target's. */
  readonly engine: string;
  /** No record may be rejected, and nothing is committed before the end. */
  readonly isAllOrNothing: boolean;
  /** Looks at the records of a table that will be made. */
  readonly inferTypes: (source: RecordTable) => Promise<NewColumnTypes>;
}

/** Decides which records go where before anything is changed. USAGE.INVALID, IMPORT.*. */
export async function planImport(loader: Loader, request: PlanRequest): Promise<ImportPlan> {
  const { sources, wish, engine, isAllOrNothing, inferTypes } = request;
  const schema = await loader.schema();
  const chosen = orderTables(chooseTables(sources, wish, { schema, hasSchemas: loader.hasSchemas }));
  const isMade = ({ existing }: ChosenTable): boolean => existing === null || wish.mode === "replace";
  requireKnownFields(wish.renames.keys(), chosen, "--map");
  requireKnownFields(wish.types.keys(), chosen.filter(isMade), "--types");
  const { schema: own, whyTypes } = await chooseSchema(chosen, { sources, wish, engine, isAllOrNothing });
  if (own !== null) return { mode: wish.mode, tables: chosen.map(planOwn), schema: own, whyTypes };
  const tables: TablePlan[] = [];
  for (const one of chosen) {
    const { existing } = one;
    if (existing === null) requireFree(one, schema);
    const plan =
      existing === null || isMade(one)
        ? await planNew(one, loader, { wish, inferTypes })
        : planExisting(existing, one, wish);
    const hasExactTexts = one.source.isTyped && one.source.origin?.engine === engine;
    const losses = await tableLosses(loader, existing, { schema, mode: wish.mode });
    tables.push({ ...plan, left: [...plan.left, ...computedAway(one.source)], hasExactTexts, losses });
  }
  requireNames(
    tables.flatMap(({ create }) => create ?? []),
    loader.names,
  );
  return { mode: wish.mode, tables, schema: null, whyTypes };
}

/** Of a column that no record has. */
const UNSEEN: NewColumnType = { type: { kind: "portable", type: "text" }, evidence: null };

type Planned = Omit<TablePlan, "losses" | "hasExactTexts">;

function planExisting(existing: Table, { source, name }: ChosenTable, wish: ImportWish): Planned {
  const { columns, left } = matchColumns(source, existing, wish.renames);
  const onConflict = conflictOf(wish, existing, columns);
  return {
    source,
    table: name,
    columns,
    left,
    onConflict,
    create: null,
    replaces: false,
  };
}

async function planNew(
  { source, name, existing }: ChosenTable,
  loader: Loader,
  { wish, inferTypes }: Pick<PlanRequest, "wish" | "inferTypes">,
): Promise<Planned> {
  const types = await inferTypes(source);
  const named = renamedColumns(source, wish.renames).map(({ field, at, column }) => {
    const sql = wish.types.get(field);
    const named = sql === undefined ? null : ({ type: { kind: "native", sql }, evidence: null } as const);
    return { field, at, column, ...(named ?? types.get(field) ?? UNSEEN) };
  });
  if (named.length === 0) throw noColumns(source, name);
  return {
    source,
    table: name,
    columns: named.map(({ type, ...rest }) => ({
      ...rest,
      type: loader.typeName(type),
      isBoolean: type.kind === "portable" && type.type === "boolean",
      holdsNumbers: source.origin?.numbers?.has(rest.field) ?? false,
      canBeNonFinite: source.origin?.nonFinite.has(rest.field) ?? false,
    })),
    left: source.columns.filter((field) => wish.renames.get(field) === ""),
    onConflict: { kind: "fail" },
    create: { table: name, columns: named.map(({ column, type }) => ({ name: column, type })) },
    replaces: existing !== null,
  };
}

/** Columns that the source's database computes, and that it was not asked for. */
function computedAway({ origin, columns }: RecordTable): readonly string[] {
  return [...(origin?.generated ?? [])].filter((name) => !columns.includes(name));
}

function noColumns({ place }: RecordTable, table: TableName): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${tableWord(table)} cannot be made: nothing in ${place} says which columns it has`,
    hint: "make the table first, or import the other tables by --tables",
  });
}

function conflictOf({ mode }: ImportWish, table: Table, columns: readonly ColumnPlan[]): OnConflict {
  if (mode === "ignore") {
    requireSkippableKeys(table);
    return { kind: "skip" };
  }
  if (mode !== "upsert" || columns.length === 0) return { kind: "fail" };
  return {
    kind: "update",
    key: chooseKey(
      table,
      columns.map(({ column }) => column),
    ),
  };
}
