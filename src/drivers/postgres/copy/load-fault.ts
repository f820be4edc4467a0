import { DbopsError } from "../../../lib/core/errors.js";
import { qualifiedName } from "../../../lib/core/named.js";
import type { TargetTable } from "../../copy-target-model.js";
import { recordFault } from "../record-fault.js";
import { fieldValue, splitFields } from "./fields.js";
import type { SentRows } from "./sent-rows.js";
import { loadedColumns } from "./table-statement.js";

const SHOWN = 80;

/** An error of a load that is about a row, as COPY.REFUSED with its key and column; any other as it is. */
export function loadFault(thrown: unknown, table: TargetTable, sent: SentRows): unknown {
  const fault = recordFault(thrown, table.name.name);
  if (fault === null || !(thrown instanceof DbopsError)) return thrown;
  const row = fault.at === null ? null : sent.find(fault.at);
  const which = row === null ? "a row" : `the row with ${keyText(row, table)}`;
  return new DbopsError("COPY.REFUSED", {
    message: `${qualifiedName(table.name)} does not take ${which}`,
    why: fault.column === null ? fault.reason : `column ${fault.column}: ${fault.reason}`,
    hint: "nothing of the copy is visible; correct the row at the source, or leave the table out with --exclude-tables",
    cause: thrown.cause,
  });
}

/** `id = 17, part = a`; without a key the row's first value. */
function keyText(row: string, table: TargetTable): string {
  const fields = splitFields(row);
  const columns = loadedColumns(table).map(({ name }) => name);
  const key = table.primaryKey?.columns ?? columns.slice(0, 1);
  return key.map((name) => `${name} = ${shown(fields[columns.indexOf(name)] ?? "")}`).join(", ");
}

function shown(field: string): string {
  const value = fieldValue(field) ?? "NULL";
  return value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
}
