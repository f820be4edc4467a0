import { DbopsError } from "../../../lib/core/errors.js";
import { qualifiedName } from "../../../lib/core/named.js";
import type { TableName } from "../../driver.js";

/** DB.CHANGED of a table that the catalog has named before. */
export function tableChanged(table: TableName, { why, cause }: { readonly why: string; readonly cause?: unknown }) {
  return new DbopsError("DB.CHANGED", {
    message: `${qualifiedName(table)} was changed while the database was being read`,
    why,
    hint: "run the command again when the migration has ended",
    ...(cause === undefined ? {} : { cause }),
  });
}
