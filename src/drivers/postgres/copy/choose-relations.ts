import { DbopsError } from "../../../lib/core/errors.js";
import { namedBy, qualifiedName } from "../../../lib/core/named.js";
import { didYouMean } from "../../../lib/core/suggestion.js";
import type { CopyChoices } from "../../copy-source-model.js";
import type { CatalogRelation } from "./catalog-relations.js";

/** What of a database is copied. */
export interface ChosenRelations {
  /** Also materialized views, whose rows are stored. */
  readonly tables: readonly CatalogRelation[];
  readonly views: readonly CatalogRelation[];
  readonly schemas: ReadonlySet<string>;
  /** Some tables were named: what belongs to none of them is not asked for. */
  readonly isPart: boolean;
}

const WITH_ROWS = new Set(["r", "p", "m"]);
const VIEW = "v";

/** Keeps what the choices name. USAGE.INVALID for a name that is none, DB.PERMISSION for a table that cannot be read whole. */
export function chooseRelations(all: readonly CatalogRelation[], choices: CopyChoices): ChosenRelations {
  const schemas = chosenSchemas(all, choices.schemas);
  const within = all.filter(({ schema }) => schemas.has(schema));
  const candidates = within.filter((one) => WITH_ROWS.has(one.kind) && !one.isPartition && one.isFilled);
  const views = within.filter(({ kind }) => kind === VIEW);
  const wanted = choices.tables.map((word) => named(word, candidates, within));
  const unwanted = new Set(choices.excludeTables.map((word) => named(word, [...candidates, ...views], within)));
  const tables = candidates.filter((one) => (wanted.length === 0 || wanted.includes(one)) && !unwanted.has(one));
  requireReadable(tables);
  return {
    tables,
    views: wanted.length > 0 ? [] : views.filter((one) => !unwanted.has(one)),
    schemas,
    isPart: wanted.length > 0,
  };
}

function chosenSchemas(all: readonly CatalogRelation[], words: readonly string[]): ReadonlySet<string> {
  const schemas = new Set(all.map(({ schema }) => schema));
  const unknown = words.find((word) => !schemas.has(word));
  if (unknown === undefined) return words.length === 0 ? schemas : new Set(words);
  const near = didYouMean(unknown, [...schemas]);
  throw new DbopsError("USAGE.INVALID", {
    message: `the source has no tables in a schema "${unknown}"`,
    why: `its schemas are: ${[...schemas].join(", ")}`,
    hint: near === null ? undefined : `did you mean ${near}?`,
  });
}

function named(
  word: string,
  candidates: readonly CatalogRelation[],
  within: readonly CatalogRelation[],
): CatalogRelation {
  const found = namedBy(candidates, word);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    throw new DbopsError("USAGE.INVALID", {
      message: `"${word}" means several tables`,
      why: found.map(qualifiedName).join(", "),
      hint: "write the schema or the exact case too",
    });
  }
  const near = didYouMean(word, [...candidates.map(({ name }) => name), ...candidates.map(qualifiedName)]);
  throw new DbopsError("USAGE.INVALID", {
    message: `the source has no table "${word}"`,
    why: whyNotCopied(namedBy(within, word)[0]),
    hint: near === null ? "`dbops info TARGET` lists the tables" : `did you mean ${near}?`,
  });
}

function whyNotCopied(found: CatalogRelation | undefined): string | undefined {
  if (found === undefined) return undefined;
  if (!found.isFilled) return "it is a materialized view that holds no rows before it is refreshed";
  if (found.isPartition) return "it is a partition; its rows are copied with those of the whole table";
  return found.kind === VIEW ? "it is a view; --tables names tables" : "its rows lie on another server";
}

function requireReadable(tables: readonly CatalogRelation[]): void {
  const secret = tables.filter(({ isReadable }) => !isReadable);
  if (secret.length > 0) {
    throw new DbopsError("DB.PERMISSION", {
      message: `cannot read ${list(secret)}`,
      why: "this user lacks the right to SELECT",
      hint: "GRANT it, use another user, or leave them out with --exclude-tables",
    });
  }
  const filtered = tables.filter(({ isFiltered }) => isFiltered);
  if (filtered.length === 0) return;
  throw new DbopsError("DB.PERMISSION", {
    message: `cannot read all rows of ${list(filtered)}`,
    why: "row-level security shows this user only some of them",
    hint: "use the table's owner, or a role with BYPASSRLS; or leave them out with --exclude-tables",
  });
}

function list(tables: readonly CatalogRelation[]): string {
  return tables.map(qualifiedName).join(", ");
}
