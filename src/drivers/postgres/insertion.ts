import { DbopsError } from "../../lib/core/errors.js";
import { copyFromStdin, textStatement } from "./copy-statement.js";
import type { ViewSource } from "./view-source.js";

/** Relations that a COPY can put rows into: tables, partitioned or foreign ones too. */
const LOADABLE = new Set(["r", "p", "f"]);

export interface Insertion {
  readonly statement: string;
  readonly before: string;
  readonly after: string;
}

/** How rows become a statement that puts them into their own table. USAGE.INVALID for what has none. */
export function insertion(source: ViewSource): Insertion {
  const { relation } = source;
  if (relation === null || !LOADABLE.has(relation.kind)) {
    throw new DbopsError("USAGE.INVALID", {
      message: `${relation === null ? "the rows of a query" : `${relation.schema}.${relation.name}`} cannot be written as SQL`,
      why: "only a table's rows can be put back by a statement",
      hint: "choose --format csv, json or ndjson",
    });
  }
  const loaded = { ...source, columns: source.columns.filter(({ isGenerated }) => !isGenerated) };
  return { statement: textStatement(loaded), before: copyFromStdin(relation, loaded), after: "\\.\n\n" };
}
