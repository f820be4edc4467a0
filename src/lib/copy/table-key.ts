import type { TableName } from "../../drivers/driver.js";

/** A table's name as the key of a map. */
export function tableKey({ schema, name }: TableName): string {
  return JSON.stringify([schema, name]);
}

/** A column's name, with its table, as the key of a map. */
export function columnKey({ schema, name }: TableName, column: string): string {
  return JSON.stringify([schema, name, column]);
}
