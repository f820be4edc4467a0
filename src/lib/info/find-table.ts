import { DbopsError } from "../core/errors.js";
import { namedBy, qualifiedName } from "../core/named.js";
import { didYouMean } from "../core/suggestion.js";
import type { DatabaseReport, TableReport } from "./info-report.js";

/** The table that a word means: its name or `schema.name`, in the case written if there is such a one. USAGE.INVALID. */
export function findTable({ label, tables, views }: DatabaseReport, word: string): TableReport {
  const found = namedBy(tables, word);
  const [table, ...others] = found;
  if (table !== undefined && others.length === 0) return table;
  if (table !== undefined) throw ambiguous(word, found);
  const isView = namedBy(views, word).length > 0;
  const near = didYouMean(word, [...tables.map(({ name }) => name), ...tables.map(qualifiedName)]);
  throw new DbopsError("USAGE.INVALID", {
    message: `${label} has no table "${word}"`,
    why: isView ? "it is a view; --table shows tables" : `it has ${tables.length} tables`,
    hint: near === null ? "leave --table out to see all of them" : `did you mean ${near}?`,
  });
}

function ambiguous(word: string, found: readonly TableReport[]): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `"${word}" means several tables`,
    why: found.map(qualifiedName).join(", "),
    hint: "write the schema or the exact case too",
  });
}
