import { availableParallelism, cpus } from "node:os";
import { missingPrograms } from "./case.js";
import { largeMemory } from "./cases/large-memory.js";
import { postgresBackup } from "./cases/postgres-backup.js";
import { postgresExport } from "./cases/postgres-export.js";
import { postgresImport } from "./cases/postgres-import.js";
import { postgresMemory } from "./cases/postgres-memory.js";
import { postgresRestore } from "./cases/postgres-restore.js";
import { postgresToSqlite } from "./cases/postgres-to-sqlite.js";
import { sqliteBackup } from "./cases/sqlite-backup.js";
import { sqliteDump } from "./cases/sqlite-dump.js";
import { sqliteExport } from "./cases/sqlite-export.js";
import { sqliteImport } from "./cases/sqlite-import.js";
import { sqliteMemory } from "./cases/sqlite-memory.js";
import { sqliteToPostgres } from "./cases/sqlite-to-postgres.js";
import { sqliteUtilsExport } from "./cases/sqlite-utils-export.js";
import { sqliteWriter } from "./cases/sqlite-writer.js";
import { startUp } from "./cases/start-up.js";
import { HELP, readOptions } from "./options.js";
import { renderTable } from "./table.js";
import { World } from "./world.js";

const CASES = [
  startUp,
  sqliteBackup,
  sqliteDump,
  sqliteWriter,
  sqliteMemory,
  postgresBackup,
  postgresRestore,
  postgresMemory,
  sqliteExport,
  sqliteUtilsExport,
  postgresExport,
  sqliteImport,
  postgresImport,
  sqliteToPostgres,
  postgresToSqlite,
  largeMemory,
];

const options = readOptions(process.argv.slice(2));
if (options.isHelp) process.stdout.write(HELP);
else await bench();

async function bench() {
  const chosen = CASES.filter(({ name }) => options.only === null || name.includes(options.only));
  if (chosen.length === 0) throw new Error(`no case is called ${options.only}: ${CASES.map(({ name }) => name)}`);
  const processor = `${availableParallelism()} x ${cpus()[0]?.model ?? "unknown processor"}`;
  console.log(`${options.sizeMb} MB, median of ${options.runs}, Node ${process.versions.node}, ${processor}`);
  const world = await World.open(options);
  const interrupted = () => void world.close().finally(() => process.exit(130));
  process.once("SIGINT", interrupted);
  try {
    const rows = [];
    for (const one of chosen) rows.push(...(await runCase(one, world)));
    console.log(`\n${renderTable(rows)}`);
  } finally {
    process.off("SIGINT", interrupted);
    await world.close();
  }
}

/**
 * @param {import("./case.js").Case} one
 * @param {World} world
 */
async function runCase(one, world) {
  const missing = await missingPrograms(one);
  if (missing.length > 0) {
    console.log(`${one.name}: left out, not installed: ${missing.join(", ")}`);
    return [];
  }
  console.log(`${one.name} …`);
  return await one.run(world);
}
