import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { Occupancy } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";
import type { FileReader } from "./reader.js";

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** What a user has made in a file, and what hangs on the named tables. */
export async function fileOccupancy(reader: FileReader, tables: readonly TableName[]): Promise<Occupancy> {
  const rows = await reader.query(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
  );
  const all = rows
    .map(([type, name, table, sql]) => ({ type: type ?? "", name: name ?? "", table: table ?? "", sql: sql ?? "" }))
    .filter(({ name }) => !isSame(name, ORIGIN_TABLE));
  const named = (name: string): boolean => tables.some((table) => isSame(table.name, name));
  const objects: Occupancy["objects"][number][] = [];
  for (const { type, name } of all) {
    if (type === "index" || type === "trigger") continue;
    const isCounted = type === "table" && named(name);
    objects.push({ kind: type, name: { schema: null, name }, rows: isCounted ? await countOf(reader, name) : null });
  }
  const dependents: Occupancy["dependents"][number][] = [];
  for (const table of tables) {
    if (!all.some(({ type, name }) => type === "table" && isSame(name, table.name))) continue;
    for (const what of await dependentsOf(reader, table.name, { all, named })) dependents.push({ table, what });
  }
  return { objects, dependents };
}

async function dependentsOf(
  reader: FileReader,
  table: string,
  { all, named }: { readonly all: readonly SchemaObject[]; readonly named: (name: string) => boolean },
): Promise<readonly string[]> {
  const children = await reader.query(
    `SELECT DISTINCT m.name FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
      WHERE m.type = 'table' AND f."table" = ${quoteText(table)} COLLATE NOCASE ORDER BY m.name`,
  );
  const references = children.flatMap(([name]) => (name == null || named(name) ? [] : [`foreign key of ${name}`]));
  // What only mentions the name in a comment is refused as well: the safe side.
  const mentions = all
    .filter(
      ({ type, table: on, sql }) => (type === "view" || (type === "trigger" && !named(on))) && mentionsName(sql, table),
    )
    .map(({ type, name }) => `${type} ${name}`);
  return [...references, ...mentions];
}

function mentionsName(sql: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped}(?![\\p{L}\\p{N}_$])`, "iu").test(sql);
}

async function countOf(reader: FileReader, name: string): Promise<number> {
  const [row] = await reader.query(`SELECT count(*) FROM ${quoteIdent(name)}`);
  return Number(row?.[0] ?? 0);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
