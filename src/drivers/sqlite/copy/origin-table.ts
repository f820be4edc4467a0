import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { OriginEntry } from "../../copy-source-model.js";
import type { RowClient } from "./row-client.js";

const MAKE = `DROP TABLE IF EXISTS ${ORIGIN_TABLE};
  CREATE TABLE ${ORIGIN_TABLE} (version INTEGER NOT NULL, engine TEXT NOT NULL, kind TEXT NOT NULL, table_schema TEXT,
    table_name TEXT, name TEXT NOT NULL, definition TEXT NOT NULL, stored TEXT, became_type TEXT) STRICT;`;

/** Keeps what the database was where it comes from, for the way back. */
export async function writeOrigin(client: RowClient, entries: readonly OriginEntry[]): Promise<void> {
  await client.ask({ kind: "run", sql: `BEGIN IMMEDIATE; ${MAKE}` });
  for (const { version, engine, kind, table, name, definition, stored, becameType } of entries) {
    const place = [table?.schema ?? null, table?.name ?? null];
    await client.ask({
      kind: "change",
      sql: `INSERT INTO ${ORIGIN_TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      parameters: [BigInt(version), engine, kind, ...place, name, definition, stored, becameType],
    });
  }
  await client.ask({ kind: "commit" });
}
