import type { RowKey } from "../../copy-rows-model.js";
import type {
  SourceCheck,
  SourceExpression,
  SourceForeignKey,
  SourceKey,
  SourceTable,
} from "../../copy-source-model.js";
import type { CatalogRelation } from "./catalog-relations.js";
import type { ColumnFacts } from "./column-facts.js";
import type { ConstraintFacts, ForeignKeyFacts, KeyFacts } from "./constraint-facts.js";
import { domainCheck } from "./domain-check.js";
import type { IndexFacts } from "./index-facts.js";
import type { SchemaFacts } from "./schema-facts.js";
import type { SequenceFacts } from "./sequence-facts.js";
import { sourceColumn } from "./source-column.js";
import { sourceIndex } from "./source-index.js";
import { tableDefinition } from "./table-definition.js";

export interface TableSurroundings {
  readonly facts: SchemaFacts;
  /** Those that number its columns. */
  readonly sequences: readonly SequenceFacts[];
  readonly withNaN: ReadonlySet<string>;
  /** Rows without the row they refer to, by the name of the foreign key. */
  readonly orphans: ReadonlyMap<string, number>;
  /** Rows whose reference equals its key and is another text, likewise. */
  readonly respelled: ReadonlyMap<string, number>;
  readonly express: (sql: string) => SourceExpression;
}

/** A table as a copy is told of it. A materialized view is one: its rows are stored. */
export function sourceTable(relation: CatalogRelation, around: TableSurroundings): SourceTable {
  const { facts, sequences, withNaN, express } = around;
  const columns = facts.columns.get(relation.oid) ?? [];
  const constraints = facts.constraints.get(relation.oid) ?? [];
  const indexes = facts.indexes.get(relation.oid) ?? [];
  const keys = constraints.filter(isKey);
  const viewDefinition = facts.keptViews.get(relation.oid) ?? null;
  const inheritance = facts.inheritance.get(relation.oid) ?? null;
  return {
    name: { schema: relation.schema, name: relation.name },
    definition: tableDefinition({
      ...relation,
      columns,
      constraints,
      sequences,
      types: [...(facts.extensions.get(relation.oid) ?? []), ...(facts.types.get(relation.oid) ?? [])],
      partitions: facts.partitions.get(relation.oid) ?? null,
      inheritance,
    }),
    ...(inheritance === null ? {} : { parents: inheritance.parents }),
    ...(viewDefinition === null ? {} : { viewDefinition }),
    columns: columns.map((column) => {
      const sequence = sequences.find(({ owner }) => owner?.column === column.number) ?? null;
      return sourceColumn(column, { sequence, holdsNaN: withNaN.has(column.name), express });
    }),
    primaryKey: keys.filter(({ kind }) => kind === "primary").map(sourceKey)[0] ?? null,
    uniques: keys.filter(({ kind, areNullsEqual }) => kind === "unique" && !areNullsEqual).map(sourceKey),
    indexes: indexes.map((index) => sourceIndex(index, { columns, express })),
    foreignKeys: constraints.filter(isCarriedReference).map((key) => sourceForeignKey(key, around)),
    checks: checksOf(columns, constraints, express),
    rowKey: rowKeyOf(columns, keys, indexes),
    estimatedRows: relation.estimatedRows,
    sizeBytes: relation.sizeBytes,
    comment: relation.comment,
  };
}

/** Whether others have a like of a reference. */
export function isCarriedReference(constraint: ConstraintFacts): constraint is ForeignKeyFacts {
  return constraint.kind === "foreign" && !constraint.isFull && !constraint.isPartlySet;
}

function isKey(constraint: ConstraintFacts): constraint is KeyFacts {
  return constraint.kind === "primary" || constraint.kind === "unique";
}

function sourceKey({ name, columns, isDeferrable }: KeyFacts): SourceKey {
  return { name, columns, nullRows: 0, isDeferrable };
}

function sourceForeignKey(
  key: ForeignKeyFacts,
  { orphans, respelled }: Pick<TableSurroundings, "orphans" | "respelled">,
): SourceForeignKey {
  const { name, columns, references, onDelete, onUpdate, isDeferrable, isInitiallyDeferred } = key;
  const { schema, name: table } = references.table;
  return {
    name,
    columns,
    references: { table: { schema, name: table }, columns: references.columns },
    onDelete,
    onUpdate,
    isDeferrable,
    isInitiallyDeferred,
    orphans: orphans.get(name) ?? 0,
    ...(respelled.has(name) ? { respelled: respelled.get(name) ?? 0 } : {}),
  };
}

function checksOf(
  columns: readonly ColumnFacts[],
  constraints: readonly ConstraintFacts[],
  express: (sql: string) => SourceExpression,
): readonly SourceCheck[] {
  const own = constraints.flatMap((one) =>
    one.kind === "check" && one.isValidated ? [{ name: one.name, ...express(one.expression) }] : [],
  );
  const ofDomains = columns.flatMap(({ name, domainChecks }) =>
    domainChecks.map((condition) => ({ name: null, ...express(domainCheck(condition, name)) })),
  );
  return [...own, ...ofDomains];
}

/** What tells every row from all others: the primary key, or the shortest that holds no NULL. */
function rowKeyOf(columns: readonly ColumnFacts[], keys: readonly KeyFacts[], indexes: readonly IndexFacts[]): RowKey {
  const filled = new Set(columns.filter(({ isDeclaredNotNull }) => isDeclaredNotNull).map(({ name }) => name));
  const whole = (names: readonly string[]): boolean => names.length > 0 && names.every((name) => filled.has(name));
  const unique = [
    ...keys.filter(({ isDeferrable }) => !isDeferrable).map((key) => key.columns),
    ...indexes
      .filter(({ isUnique, isValid, where }) => isUnique && isValid && where === null)
      .map(({ parts }) => parts.map(({ column }) => column ?? "")),
  ].filter(whole);
  const primary = keys.find(({ kind, isDeferrable }) => kind === "primary" && !isDeferrable)?.columns;
  const chosen = primary ?? unique.toSorted((one, other) => one.length - other.length)[0];
  return chosen === undefined ? { kind: "none" } : { kind: "columns", columns: chosen };
}
