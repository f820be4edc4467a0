import type { TargetDesign, TargetTable } from "../../drivers/copy-target-model.js";
import { canonicalJson } from "../core/canonical-json.js";
import { qualifiedName } from "../core/named.js";
import { chooseNames } from "./choose-names.js";
import type { CopyPlan, PlannedTable, PlannedView } from "./copy-plan.js";
import { joinTypes } from "./join-types.js";
import { leavesOut } from "./leaves-out.js";
import { ObjectNames } from "./object-names.js";
import { planExisting } from "./plan-existing.js";
import type { PlanRequest } from "./plan-request.js";
import { planTable } from "./plan-table.js";
import { planViews } from "./plan-views.js";
import { Planning } from "./planning.js";
import { recallOrigin, redescribe } from "./recall-origin.js";
import { recordOrigin } from "./record-origin.js";
import { lostTriggers, lostViews, returningObjects } from "./return-objects.js";
import { tableKey } from "./table-key.js";

/** Decides everything before anything is made. COPY.NAME_COLLISION, COPY.UNFIT for tables that are to be there. */
export function planCopy(asked: PlanRequest): CopyPlan {
  const { existing } = asked;
  return existing === null ? planNew(asked) : planExisting({ ...asked, existing });
}

function planNew(asked: PlanRequest): CopyPlan {
  const planning = beginPlanning(asked);
  const { request, remarks, names } = planning;
  const tables = request.catalog.tables.flatMap((table) => {
    const name = names.relation(table.name);
    return name === null ? [] : [planTable(table, name, planning)];
  });
  const made = tables.map(({ target }) => target);
  const views = request.catalog.views.filter((view) => !tables.some(({ source }) => isOne(source, view)));
  const returning = returningObjects(planning.recalled, { views, made });
  const home = new Set(
    returning.flatMap(({ kind, name, instead }) => (kind === "view" && instead === undefined ? [name] : [])),
  );
  const planned = planViews(
    views.filter(({ name }) => !home.has(name.name)),
    tables,
    planning,
  );
  const lost = [...lostTriggers(planning.recalled, made), ...lostViews(planning.recalled, made)];
  const notCarried = [...request.catalog.notCarried, ...remarks.notCarried, ...sequencesLeft(request), ...lost];
  return {
    tables,
    views: planned,
    design: designOf({ tables, views: planned, notCarried, returning }, planning),
    sourceEngine: request.sourceEngine,
    notCarried,
    notes: [...names.cut, ...request.catalog.notes, ...remarks.notes],
    warnings: remarks.warnings,
    obstacles: [...request.catalog.obstacles, ...ownObstacles(planning)],
    leavesOut: leavesOut(request),
  };
}

function beginPlanning(asked: PlanRequest): Planning {
  const recalled = recallOrigin(asked);
  const tables = joinTypes(asked.catalog.tables.map((table) => redescribe(table, recalled)));
  const request = { ...asked, catalog: { ...asked.catalog, tables } };
  const names = chooseNames(request, recalled);
  const objects = new ObjectNames(request.target.names, request);
  for (const { name } of [...tables, ...request.catalog.views]) {
    const chosen = names.relation(name);
    if (chosen !== null) objects.reserve(chosen);
  }
  return new Planning({ request, names, objects, recalled });
}

interface Designed {
  readonly tables: readonly PlannedTable[];
  readonly views: readonly PlannedView[];
  readonly notCarried: CopyPlan["notCarried"];
  readonly returning: TargetDesign["returning"];
}

function designOf(designed: Designed, { request, names }: Planning): TargetDesign {
  const tables = designed.tables.map(({ target }) => target);
  const sequences = request.target.hasSequences
    ? request.catalog.sequences.flatMap(({ name, next, step }) => {
        const chosen = names.relation(name);
        return chosen === null ? [] : [{ name: chosen, next, step }];
      })
    : [];
  const { returning } = designed;
  const origin = request.usesOrigin ? recordOrigin(designed, request.sourceEngine) : null;
  return { tables, sequences, returning, origin, plan: planText(tables, returning) };
}

/** Numbering goes on at the source while a copy is interrupted; what rows and tables are made of must not. */
function planText(tables: readonly TargetTable[], returning: TargetDesign["returning"]): string {
  return canonicalJson({
    tables: tables.map((table) => ({
      ...table,
      columns: table.columns.map(({ identity, ...column }) => ({ ...column, isNumbered: identity !== null })),
    })),
    returning,
  });
}

function sequencesLeft({ catalog, target }: PlanRequest): CopyPlan["notCarried"] {
  if (target.hasSequences) return [];
  return catalog.sequences.map(({ name, definition }) => ({
    kind: "sequences",
    name: qualifiedName(name),
    reason: "the target has no sequences",
    ...(name.schema === null ? {} : { schema: name.schema }),
    sql: definition,
  }));
}

/** What the source has found already is not said twice. */
function ownObstacles({ request, remarks }: Planning): CopyPlan["obstacles"] {
  const flagOf = (flag: string | null): string => flag?.split(" ")[0] ?? "";
  return remarks.obstacles.filter(
    (own) =>
      !request.catalog.obstacles.some(
        (other) =>
          own.table !== null &&
          other.table !== null &&
          tableKey(own.table) === tableKey(other.table) &&
          flagOf(own.flag) === flagOf(other.flag),
      ),
  );
}

function isOne(one: PlannedTable["source"], other: { readonly name: PlannedTable["source"]["name"] }): boolean {
  return tableKey(one.name) === tableKey(other.name);
}
