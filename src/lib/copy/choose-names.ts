import type { CopyCatalog } from "../../drivers/copy-source-model.js";
import type { TableName } from "../../drivers/driver.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { fitColumn, fitName, isOwnRelation, nameKey } from "./fit-name.js";
import type { PlanRequest } from "./plan-request.js";
import type { Recalled } from "./recall-origin.js";
import { columnKey, tableKey } from "./table-key.js";

/** What tables, views, sequences and columns are called at the target. */
export interface ChosenNames {
  /** By the source's name; null for what is not copied. */
  relation(source: TableName): TableName | null;
  column(source: TableName, column: string): string;
  /** One line for each name that was too long, or is the target's own. */
  readonly cut: readonly string[];
}

interface Request extends Pick<PlanRequest, "catalog" | "target" | "isFolding"> {
  readonly recalled: Recalled;
}

/** Names from home, else as the target would have them. COPY.NAME_COLLISION when two of them would be one. */
export function chooseNames(asked: Omit<Request, "recalled">, recalled: Recalled): ChosenNames {
  const request = { ...asked, recalled };
  const { tables, views } = request.catalog;
  const sequences = request.target.hasSequences ? request.catalog.sequences : [];
  const cut: string[] = [];
  const relations = relationNames(
    [...tables, ...views, ...sequences].map(({ name }) => name),
    request,
    cut,
  );
  const columns = new Map<string, string>();
  for (const table of tables) addColumns(table, { request, cut, columns });
  return {
    relation: (source) => relations.get(tableKey(source)) ?? null,
    column: (source, column) => columns.get(columnKey(source, column)) ?? column,
    cut,
  };
}

function relationNames(sources: readonly TableName[], request: Request, cut: string[]): Map<string, TableName> {
  const { target } = request;
  const chosen = new Map<string, TableName>();
  const taken = new Map<string, string>();
  for (const source of sources) {
    if (chosen.has(tableKey(source))) continue;
    const home = request.recalled.tables.get(tableKey(source))?.name;
    const { schema, name: wanted } = home ?? target.nameFor(source);
    const name = fitted(wanted, request, cut);
    const key = tableKey({ schema, name: nameKey(name, target.names) });
    const word = qualifiedName(source);
    if (isOwnRelation(name, target.names)) throw ownName(word, name);
    const other = taken.get(key);
    if (other !== undefined) throw collision([other, word], name, request);
    taken.set(key, word);
    chosen.set(tableKey(source), { schema, name });
  }
  return chosen;
}

function addColumns(
  table: CopyCatalog["tables"][number],
  {
    request,
    cut,
    columns,
  }: { readonly request: Request; readonly cut: string[]; readonly columns: Map<string, string> },
): void {
  const taken = new Map<string, string>();
  for (const column of table.columns) {
    const home = request.recalled.columns.get(columnKey(table.name, column.name))?.name;
    const name = fittedColumn(home ?? column.name, request, cut);
    const key = nameKey(name, request.target.names);
    const word = `${qualifiedName(table.name)}.${column.name}`;
    const other = taken.get(key);
    if (other !== undefined) throw collision([other, word], name, request);
    taken.set(key, word);
    columns.set(columnKey(table.name, column.name), name);
  }
}

function fitted(wanted: string, { target, isFolding }: Request, cut: string[]): string {
  const folded = isFolding ? wanted.toLowerCase() : wanted;
  const name = fitName(folded, target.names);
  if (name !== folded) cut.push(`the name "${wanted}" is too long there: it becomes "${name}"`);
  return name;
}

function fittedColumn(wanted: string, request: Request, cut: string[]): string {
  const folded = request.isFolding ? wanted.toLowerCase() : wanted;
  if (request.target.names.ownColumns?.includes(folded) !== true) return fitted(wanted, request, cut);
  const name = fitColumn(folded, request.target.names);
  cut.push(`every table has a column "${folded}" of its own there: it becomes "${name}"`);
  return name;
}

function ownName(word: string, name: string): DbopsError {
  return new DbopsError("COPY.NAME_COLLISION", {
    message: `${word} cannot be called "${name}" there`,
    why: "the target, or dbops for its notes of copies, keeps such names for itself",
    hint: `rename it, or leave it out: --exclude-tables ${word}`,
  });
}

function collision([one, other]: readonly [string, string], name: string, { isFolding }: Request): DbopsError {
  return new DbopsError("COPY.NAME_COLLISION", {
    message: `${one} and ${other} would both be called "${name}"`,
    why: isFolding ? "--fold makes names lower-case" : "the target tells such names not apart",
    hint: isFolding
      ? "leave out --fold, or rename one of them"
      : "rename one of them, or leave one out: --exclude-tables NAME",
  });
}
