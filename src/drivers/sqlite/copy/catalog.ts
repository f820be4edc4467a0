import { heldPromise } from "../../../lib/core/held-promise.js";
import type { ProgressSink } from "../../../lib/core/progress.js";
import type { CopyCatalog, CopyChoices, NotCarried, Obstacle, SourceView } from "../../copy-source-model.js";
import type { SourceCondition } from "../../snapshot-model.js";
import { isDamage } from "../errors.js";
import { shadowOwner } from "../shadow-owner.js";
import { chooseTables } from "./choose-tables.js";
import type { FileStructure, TableStructure } from "./file-structure.js";
import { keepsIndex } from "./keeps-index.js";
import { leftOutRows } from "./left-out-rows.js";
import { mergedKeys } from "./merged-keys.js";
import { parseSelect } from "./parse-select.js";
import { readOrigin } from "./read-origin.js";
import type { ReaderPool } from "./reader-pool.js";
import { withRespelled } from "./respelled-keys.js";
import type { LeftOut } from "./row-walk.js";
import { shownStructure } from "./shown-structure.js";
import { type DescribedTable, describeTable } from "./source-table.js";
import { type SurveyedTable, surveyTable, type UnreadableTable } from "./survey-table.js";
import { isTextIndex, virtualKindOf } from "./virtual-module.js";

/** The catalog, and the rows that are left out of it by what was chosen for orphans. */
export interface FileCatalog {
  readonly catalog: CopyCatalog;
  /** By the table's name. */
  readonly leftOut: ReadonlyMap<string, readonly LeftOut[]>;
}

/** Reads schema and values of one snapshot. A damaged file has nothing in it but that obstacle. USAGE.INVALID for unknown names. */
export async function readCatalog(
  pool: ReaderPool,
  choices: CopyChoices,
  progress: ProgressSink,
): Promise<FileCatalog> {
  const condition = heldPromise(readCondition(pool));
  try {
    const found = await describeFile(pool, choices, progress);
    const { state, details } = await condition;
    return state === "damaged" ? damaged(details) : found;
  } catch (error) {
    // What SQLite's own check says is more than what a scan stumbled over.
    if (!isDamage(error)) throw error;
    const { state, details } = await condition;
    if (state === "damaged") return damaged(details);
    throw error;
  }
}

async function readCondition(pool: ReaderPool): Promise<SourceCondition> {
  const answer = await pool.use((reader) => reader.survey({ ask: "condition" }));
  return answer.to === "condition" ? answer.condition : { state: "unchecked", details: [] };
}

async function describeFile(pool: ReaderPool, choices: CopyChoices, progress: ProgressSink): Promise<FileCatalog> {
  const answer = await pool.use((reader) => reader.survey({ ask: "structure" }));
  if (answer.to !== "structure")
    throw new TypeError(`the SQLite row process answered ${answer.to} to another question`);
  const { structure } = answer;
  const chosen = chooseTables(structure, choices);
  const shown = chosen.tables.filter((table) => table.kind !== "virtual" || virtualKindOf(table.sql).kind !== "index");
  const surveyed = await surveyTables(pool, shown, { choices, progress });
  const unreadable = surveyed.flatMap((table) => ("evidence" in table ? [] : table));
  const readable = surveyed.flatMap((table) => ("evidence" in table ? table : []));
  const described = await describeTables(pool, readable, { structure, choices });
  const without = choices.orphans === "reject" ? await leftOutRows(pool, described) : null;
  const merged = await Promise.all(
    described.map(({ table }, at) => mergedKeys(pool, table, readable[at]?.evidence.columns ?? [])),
  );
  return {
    catalog: {
      tables: without?.tables ?? described.map(({ table }) => table),
      views: chosen.views.map((view) => viewOf(view, structure)),
      sequences: [],
      notCarried: [...described.flatMap(({ notCarried }) => notCarried), ...triggersOf(structure, chosen.tables)],
      notes: notesOf(structure, chosen.tables, described),
      obstacles: [
        ...unreadable.map(missingObstacle),
        ...described.flatMap(({ obstacles }) => obstacles),
        ...(without?.obstacles ?? []),
        ...merged.flat(),
      ],
      origin: structure.origin === null ? null : readOrigin(structure.origin),
    },
    leftOut: without?.leftOut ?? new Map(),
  };
}

async function describeTables(
  pool: ReaderPool,
  readable: readonly SurveyedTable[],
  { structure, choices }: { readonly structure: FileStructure; readonly choices: CopyChoices },
): Promise<readonly DescribedTable[]> {
  const sides = readable.map((surveyed) => {
    const described = describeTable(surveyed, structure.tables, choices);
    return { described, surveyed, table: described.table };
  });
  const tables = await withRespelled(pool, sides);
  return sides.map(({ described, table }, at) => ({ ...described, table: tables[at] ?? table }));
}

/** Tables side by side, as many as there are readers. */
async function surveyTables(
  pool: ReaderPool,
  tables: readonly TableStructure[],
  { choices, progress }: { readonly choices: CopyChoices; readonly progress: ProgressSink },
): Promise<readonly (SurveyedTable | UnreadableTable)[]> {
  const phase = progress.phase("looking at all values", { total: tables.length, unit: "tables" });
  const surveyed = tables.map(async (table) => {
    const found = await surveyTable(pool, shownStructure(table), choices);
    phase.advance(1);
    return found;
  });
  const all = await Promise.all(surveyed);
  phase.done();
  return all;
}

function viewOf({ name, sql }: FileStructure["views"][number], { tables }: FileStructure): SourceView {
  const columnsOf = (relation: string): readonly string[] | null =>
    tables.find((table) => table.name.toLowerCase() === relation.toLowerCase())?.columns.map((column) => column.name) ??
    null;
  return { name: { schema: null, name }, sql, select: parseSelect(sql, columnsOf), isMaterialized: false };
}

/** Of chosen tables and of views; those that only keep full-text indexes in step have nothing left to do. */
function triggersOf(structure: FileStructure, tables: readonly TableStructure[]): readonly NotCarried[] {
  const indexes = textIndexes(structure);
  const names = new Set([...tables, ...structure.views].map(({ name }) => name.toLowerCase()));
  return structure.triggers
    .filter(({ table, sql }) => names.has(table.toLowerCase()) && !keepsIndex(sql, indexes))
    .map(({ name, table, sql }) => ({
      kind: "triggers",
      name: `${table}.${name}`,
      reason: "what a trigger does is written in the engine's own language",
      sql,
    }));
}

function textIndexes({ tables }: FileStructure): readonly string[] {
  return tables.filter(({ kind, sql }) => kind === "virtual" && isTextIndex(sql)).map(({ name }) => name);
}

function notesOf(
  structure: FileStructure,
  chosen: readonly TableStructure[],
  described: readonly DescribedTable[],
): readonly string[] {
  const virtual = structure.tables.filter(({ kind }) => kind === "virtual").map(({ name }) => name);
  const shadows = structure.tables.filter(({ kind }) => kind === "shadow");
  const indexes = textIndexes(structure);
  return [
    ...chosen.flatMap(({ name, kind, sql }) => {
      const virtualKind = kind === "virtual" ? virtualKindOf(sql) : null;
      return virtualKind?.kind === "index" ? [`${name} stays behind: ${virtualKind.why}`] : [];
    }),
    ...shadows.map(
      ({ name }) => `${name} stays behind: it is how ${shadowOwner(name, virtual) ?? "a virtual table"} keeps its rows`,
    ),
    ...structure.triggers
      .filter(({ sql }) => keepsIndex(sql, indexes))
      .map(({ name, table }) => `trigger ${table}.${name} stays behind: it keeps a full-text index in step`),
    ...described.flatMap(({ notes }) => notes),
    ...(structure.hasStatistics ? ["the statistics of ANALYZE stay behind"] : []),
  ];
}

function missingObstacle({ name, missing }: UnreadableTable): Obstacle {
  return {
    code: "RESTORE.EXTENSION_MISSING",
    table: { schema: null, name },
    column: null,
    what: `it needs ${missing}, which only the application has`,
    flag: `--exclude-tables ${name}`,
  };
}

function damaged(details: readonly string[]): FileCatalog {
  const obstacle = { code: "COPY.SOURCE_DAMAGED" as const, table: null, column: null, flag: null };
  return {
    catalog: {
      tables: [],
      views: [],
      sequences: [],
      notCarried: [],
      notes: [],
      obstacles: details.map((what) => ({ ...obstacle, what })),
      origin: null,
    },
    leftOut: new Map(),
  };
}
