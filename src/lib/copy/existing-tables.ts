import type { CopyCatalog, SourceColumn, SourceTable } from "../../drivers/copy-source-model.js";
import type { TableName } from "../../drivers/driver.js";
import { DbopsError } from "../core/errors.js";
import { namedBy, qualifiedName } from "../core/named.js";
import { didYouMean } from "../core/suggestion.js";
import { indexNamed } from "./expression-scope.js";

/** The table at the target that takes the rows. COPY.UNFIT when there is none of that name. */
export function existingTable(source: TableName, wanted: TableName, { tables }: CopyCatalog): SourceTable {
  const named = tables.map((table) => ({ ...table.name, table }));
  const [found] = [qualifiedName(wanted), wanted.name].flatMap((word) => namedBy(named, word));
  if (found !== undefined) return found.table;
  const near = didYouMean(
    wanted.name,
    tables.map(({ name }) => name.name),
  );
  throw new DbopsError("COPY.UNFIT", {
    message: `the target has no table for ${qualifiedName(source)}`,
    why: `--data-only puts rows into tables that are there, and ${qualifiedName(wanted)} is not`,
    hint:
      near === null
        ? "leave it out with --exclude-tables, or copy without --data-only"
        : `is ${near} meant? names must be the same`,
  });
}

/** Its column for one of the source's. COPY.UNFIT when there is none. */
export function existingColumn(column: SourceColumn, wanted: string, table: SourceTable): SourceColumn {
  const at = indexNamed(
    table.columns.map(({ name }) => name),
    wanted,
  );
  const found = table.columns[at ?? -1];
  if (found !== undefined) return found;
  throw new DbopsError("COPY.UNFIT", {
    message: `${qualifiedName(table.name)} has no column ${wanted}`,
    why: `the source's ${column.name} has no place there`,
    hint: "add the column, or copy without --data-only",
  });
}
