import type { Driver } from "../../drivers/driver.js";
import type { SchemaModel } from "../../drivers/schema-model.js";
import type { DatabaseReport } from "./info-report.js";
import { countKey, rowCounts } from "./row-counts.js";
import { tableReport } from "./table-report.js";

/** Everything that `dbops info` tells of a database. DB.*, CONNECT.LOST. */
export async function databaseReport(driver: Driver): Promise<DatabaseReport> {
  const server = await driver.server();
  const schema = await driver.schema();
  const counts = await rowCounts(driver, schema, server.sizeBytes);
  const { title, version, sizeBytes, role, systemIdentifier, timeline } = server;
  return {
    engine: driver.engine,
    title,
    version,
    label: driver.label,
    sizeBytes,
    role,
    systemIdentifier,
    timeline,
    serverTime: server.now.toISOString(),
    settings: server.settings.map((setting) => ({ ...setting })),
    tables: schema.tables.map((table) => tableReport(table, schema, counts.get(countKey(table)))),
    views: schema.views.map(({ sql: _sql, ...view }) => view),
    sequences: schema.sequences.map(sequenceReport),
  };
}

function sequenceReport({
  schema,
  name,
  lastValue,
}: SchemaModel["sequences"][number]): DatabaseReport["sequences"][number] {
  return { schema, name, lastValue: lastValue === null ? null : exactNumber(lastValue) };
}

function exactNumber(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
