import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import type { DatabaseReport, TableReport } from "./info-report.js";

/** `schema.name`, or the bare name where the engine has no schemas. */
export function qualifiedName(table: { readonly schema: string | null; readonly name: string }): string {
  return table.schema === null ? table.name : `${table.schema}.${table.name}`;
}

/** The table that a word means: its name or `schema.name`, in the case written if there is such a one. USAGE.INVALID. */
export function findTable({ label, tables, views }: DatabaseReport, word: string): TableReport {
  const exact = tables.filter((table) => isNamed(table, word));
  const found = exact.length > 0 ? exact : tables.filter((table) => isNamed(folded(table), word.toLowerCase()));
  const [table, ...others] = found;
  if (table !== undefined && others.length === 0) return table;
  if (table !== undefined) throw ambiguous(word, found);
  const isView = views.some((view) => isNamed(view, word));
  const near = didYouMean(word, [...tables.map(({ name }) => name), ...tables.map(qualifiedName)]);
  throw new DbopsError("USAGE.INVALID", {
    message: `${label} has no table "${word}"`,
    why: isView ? "it is a view; --table shows tables" : `it has ${tables.length} tables`,
    hint: near === null ? "leave --table out to see all of them" : `did you mean ${near}?`,
  });
}

function isNamed(table: { readonly schema: string | null; readonly name: string }, word: string): boolean {
  return table.name === word || qualifiedName(table) === word;
}

function folded({ schema, name }: TableReport): { schema: string | null; name: string } {
  return { schema: schema?.toLowerCase() ?? null, name: name.toLowerCase() };
}

function ambiguous(word: string, found: readonly TableReport[]): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `"${word}" means several tables`,
    why: found.map(qualifiedName).join(", "),
    hint: "write the schema or the exact case too",
  });
}
