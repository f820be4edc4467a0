import type { Index, Table } from "../../drivers/schema-model.js";
import { DbopsError } from "../core/errors.js";
import { tableWord } from "./import-plan.js";

/** The key by which rows are found again: the primary key, else the one unique key that the columns cover. USAGE.INVALID. */
export function chooseKey(table: Table, columns: readonly string[]): readonly string[] {
  const supplied = new Set(columns);
  const isCovered = (key: readonly string[]): boolean => key.length > 0 && key.every((column) => supplied.has(column));
  const late = table.indexes.filter(({ isDeferrable }) => isDeferrable);
  if (isCovered(table.primaryKey) && !late.some(({ isPrimary }) => isPrimary)) return table.primaryKey;
  const keys = table.indexes
    .filter((index) => index.isUnique && !index.isPrimary && !index.isDeferrable && !isPartial(index))
    .map((index) => index.columns.map(plainName))
    .filter(isCovered);
  const [key, ...others] = keys;
  if (key !== undefined && others.length === 0) return key;
  throw new DbopsError("USAGE.INVALID", {
    message: `--mode upsert cannot tell which rows of ${tableWord(table)} are meant`,
    why:
      key === undefined
        ? noKey(table, late)
        : `several unique keys would do: ${keys.map((one) => `(${one.join(", ")})`).join(", ")}`,
    hint:
      key === undefined
        ? "let the input bring the key's columns, or give the table a unique index on columns that it brings"
        : "leave columns out with --map NAME= until one key remains",
  });
}

/** Skipping records whose key is there takes keys that are checked at once. USAGE.INVALID. */
export function requireSkippableKeys(table: Table): void {
  const late = table.indexes.filter(({ isDeferrable }) => isDeferrable);
  if (late.length === 0) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `--mode ignore cannot tell which records ${tableWord(table)} has already`,
    why: tooLate(late),
    hint: "use --mode insert with --max-errors, or make the constraint anew without DEFERRABLE",
  });
}

function tooLate(late: readonly Index[]): string {
  return `${late.map(({ name }) => name).join(", ")} may be checked at the end of a transaction only (DEFERRABLE)`;
}

function noKey({ primaryKey }: Table, late: readonly Index[]): string {
  if (late.length > 0) return `it has no other key whose columns the input brings, and ${tooLate(late)}`;
  return primaryKey.length === 0
    ? "it has no primary key, and no unique key whose columns the input brings"
    : `the input lacks a column of its primary key (${primaryKey.join(", ")}), and of every other unique key`;
}

function isPartial({ definition }: Index): boolean {
  return definition !== null && /\)[^()]*\bWHERE\b/i.test(definition);
}

/** An index's column as it is called, where the database prints it quoted. */
function plainName(term: string): string {
  return /^".*"$/s.test(term) ? term.slice(1, -1).replaceAll('""', '"') : term;
}
