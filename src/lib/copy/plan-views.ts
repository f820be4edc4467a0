import type { SourceColumn, SourceTable, SourceView } from "../../drivers/copy-source-model.js";
import type { ExpressionScope, ScopeColumn } from "../../drivers/copy-target-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import type { SqlRelation, SqlSelect } from "../core/sql-expression.js";
import type { KnownColumn, PlannedTable, PlannedView } from "./copy-plan.js";
import { indexNamed, scopeColumn } from "./expression-scope.js";
import type { PlanTarget } from "./plan-request.js";
import type { Planning } from "./planning.js";
import { schemaOf } from "./schema-of.js";
import { tableKey } from "./table-key.js";

type Known = Pick<SourceColumn, "name" | "type" | "stored" | "ignoresCase" | "generated">;

/** A table or view that a view may read. */
interface Relation {
  /** In the schema of the view that is being said: a name alone means it. */
  readonly isNear: boolean;
  readonly source: TableName;
  readonly target: TableName;
  readonly columns: readonly RelationColumn[];
}

interface RelationColumn {
  readonly known: Known;
  readonly found: ScopeColumn;
}

/** The views that can be said in the target's words, each behind those that it reads. */
export function planViews(
  views: readonly SourceView[],
  tables: readonly PlannedTable[],
  planning: Planning,
): readonly PlannedView[] {
  const relations = tables.map(relationOf);
  const planned: PlannedView[] = [];
  let waiting = views;
  while (waiting.length > 0) {
    const ready = waiting.filter((view) => !readsOneOf(view, waiting));
    // Views that read each other in a circle are all refused alike: the last round takes them as they are.
    const round = ready.length > 0 ? ready : waiting;
    for (const view of round) {
      const made = planView(view, relations, planning);
      if (made === null) continue;
      planned.push(made.view);
      relations.push({ isNear: false, source: view.name, target: made.view.name, columns: made.columns });
    }
    waiting = waiting.filter((view) => !round.includes(view));
  }
  return planned;
}

interface MadeView {
  readonly view: PlannedView;
  /** Those that are a table's own. */
  readonly columns: readonly RelationColumn[];
}

function planView(view: SourceView, all: readonly Relation[], planning: Planning): MadeView | null {
  const { names, request, remarks } = planning;
  const relations = nearestFirst(all, view);
  const left = (reason: string): null => {
    remarks.notCarried.push({
      kind: "views",
      name: qualifiedName(view.name),
      reason,
      sql: view.sql,
      ...schemaOf(view.name),
    });
    return null;
  };
  const name = names.relation(view.name);
  if (!view.select.isParsed) return left(view.select.reason);
  if (name === null) return left("it has no name at the target");
  const select = view.select.value;
  const said = request.target.expressSelect(select, selectScope(select, relations));
  if (!said.isExpressed) return left(said.reason);
  const columns = select.columns.flatMap(({ name: word, expression }) => {
    const own = expression.kind === "column" ? ownColumn(expression, select, relations) : null;
    return own === null ? [] : [{ known: { ...own.known, name: word }, found: { ...own.found, name: word } }];
  });
  return { view: { source: view, name, sql: said.sql, known: knownColumns(view, columns, request.target) }, columns };
}

/** Columns of tables, and what the source knows of those that it computes. */
function knownColumns(
  { columns: told = [] }: SourceView,
  own: readonly RelationColumn[],
  target: PlanTarget,
): readonly KnownColumn[] {
  const ofTables = own.map(({ known, found }) => ({ name: known.name, atSource: known, atTarget: found }));
  const computed = told.filter(({ name }) => !ofTables.some((each) => each.name === name));
  return [
    ...ofTables,
    ...computed.map(({ name, type }) => {
      const { stored } = target.typeFor(type, { ...NOTHING_ELSE, name, type });
      return { name, atSource: { type, stored: null }, atTarget: { type, stored } };
    }),
  ];
}

const NOTHING_ELSE = {
  declared: "",
  stored: null,
  evidence: "",
  flag: null,
  warning: null,
  isNullable: true,
  default: null,
  generated: null,
  identity: null,
  ignoresCase: false,
  comment: null,
} satisfies Omit<SourceColumn, "name" | "type">;

/** Tables are meant by their own names: aliases are the writer's affair. */
function selectScope({ from }: SqlSelect, relations: readonly Relation[]): ExpressionScope {
  return {
    column: (name, table) => {
      const meant = table === null ? from : [{ schema: null, name: table }];
      const found = meant.flatMap((one) => columnNamed(name, relationNamed(one, relations)) ?? []);
      return found.length === 1 ? (found[0]?.found ?? null) : null;
    },
    relation: (name) => relationNamed(name, relations)?.target ?? null,
  };
}

function ownColumn(
  { name, table }: { readonly name: string; readonly table: string | null },
  { from }: SqlSelect,
  relations: readonly Relation[],
): RelationColumn | null {
  const meant = from.filter((one) => table === null || (one.alias ?? one.name).toLowerCase() === table.toLowerCase());
  const found = meant.flatMap((one) => columnNamed(name, relationNamed(one, relations)) ?? []);
  return found.length === 1 ? (found[0] ?? null) : null;
}

function columnNamed(name: string, relation: Relation | null): RelationColumn | null {
  const columns = relation?.columns ?? [];
  const at = indexNamed(
    columns.map(({ known }) => known.name),
    name,
  );
  return columns[at ?? -1] ?? null;
}

function relationNamed(
  { schema, name }: Pick<SqlRelation, "schema" | "name">,
  relations: readonly Relation[],
): Relation | null {
  const exact = relations.find(({ source }) => tableKey(source) === tableKey({ schema, name }));
  if (exact !== undefined) return exact;
  const alike = relations.filter(
    ({ source }) => source.name.toLowerCase() === name.toLowerCase() && (schema === null || source.schema === schema),
  );
  const [first, ...others] = alike;
  // A name alone means the nearest one; of several that are as far, none is meant.
  return first !== undefined && (others.length === 0 || (schema === null && first.isNear)) ? first : null;
}

function nearestFirst(relations: readonly Relation[], view: SourceView): readonly Relation[] {
  const near = relations.filter(({ source }) => source.schema === view.name.schema);
  const others = relations.filter(({ source }) => source.schema !== view.name.schema);
  return [...near.map((relation) => ({ ...relation, isNear: true })), ...others];
}

function readsOneOf(view: SourceView, others: readonly SourceView[]): boolean {
  if (!view.select.isParsed) return false;
  return view.select.value.from.some(({ name }) =>
    others.some((other) => other !== view && other.name.name.toLowerCase() === name.toLowerCase()),
  );
}

function relationOf({ source, target }: PlannedTable): Relation {
  return { isNear: false, source: source.name, target: target.name, columns: pairs(source, target.columns) };
}

function pairs({ columns }: SourceTable, made: PlannedTable["target"]["columns"]): Relation["columns"] {
  return columns.flatMap((known, index) => {
    const found = made[index];
    return found === undefined ? [] : [{ known, found: scopeColumn(known, found) }];
  });
}
