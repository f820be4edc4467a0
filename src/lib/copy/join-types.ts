import type { SourceColumn, SourceTable } from "../../drivers/copy-source-model.js";
import type { CopyType } from "../../drivers/copy-type-model.js";
import { qualifiedName } from "../core/named.js";
import { columnKey, tableKey } from "./table-key.js";
import { widestType } from "./widest-type.js";

/** Gives columns that refer to each other, also by way of others, one type: the widest of them. */
export function joinTypes(tables: readonly SourceTable[]): readonly SourceTable[] {
  const links = linksOf(tables);
  const found = new Map<string, { readonly word: string; readonly column: SourceColumn }>();
  for (const table of tables)
    for (const column of table.columns)
      found.set(columnKey(table.name, column.name), { word: `${qualifiedName(table.name)}.${column.name}`, column });
  const joined = new Map<string, { readonly type: CopyType; readonly words: readonly string[] }>();
  for (const key of links.keys()) {
    if (joined.has(key)) continue;
    const members = reached(key, links).filter((member) => found.has(member));
    const types = members.flatMap((member) => found.get(member)?.column.type ?? []);
    const [first, ...others] = types;
    if (first === undefined) continue;
    const words = members.flatMap((member) => found.get(member)?.word ?? []);
    for (const member of members) joined.set(member, { type: others.reduce(widestType, first), words });
  }
  return tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => retyped(column, joined.get(columnKey(table.name, column.name)), table)),
  }));
}

function retyped(
  column: SourceColumn,
  joined: { readonly type: CopyType; readonly words: readonly string[] } | undefined,
  { name }: SourceTable,
): SourceColumn {
  if (joined === undefined) return column;
  const { type } = joined;
  const { kind, ...rest } = column.type;
  if (type.kind === kind && JSON.stringify(rest) === JSON.stringify(withoutKind(type))) return column;
  const others = joined.words.filter((word) => word !== `${qualifiedName(name)}.${column.name}`);
  // What is no longer read as a moment, a word or the like is read as it stands.
  const stored = column.stored === null || type.kind === kind ? column.stored : ({ as: "value" } as const);
  return { ...column, type, stored, evidence: `${column.evidence}; one type with ${others.join(", ")}` };
}

function withoutKind({ kind: _kind, ...rest }: CopyType): object {
  return rest;
}

/** Both ways, by column. */
function linksOf(tables: readonly SourceTable[]): Map<string, Set<string>> {
  const links = new Map<string, Set<string>>();
  const known = new Map(tables.map((table) => [tableKey(table.name), table]));
  for (const { name, foreignKeys } of tables) {
    for (const { columns, references } of foreignKeys) {
      if (!known.has(tableKey(references.table))) continue;
      for (const [index, column] of columns.entries()) {
        const parent = references.columns[index];
        if (parent !== undefined) link(links, columnKey(name, column), columnKey(references.table, parent));
      }
    }
  }
  return links;
}

function link(links: Map<string, Set<string>>, one: string, other: string): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const set = links.get(from) ?? new Set();
    links.set(from, set.add(to));
  }
}

function reached(start: string, links: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const seen = new Set([start]);
  for (const key of seen) for (const next of links.get(key) ?? []) seen.add(next);
  return [...seen];
}
