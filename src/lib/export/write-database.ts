import { Readable } from "node:stream";
import type { LoadedCopy } from "../../drivers/restore-model.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { formatCount, formatNumberOf } from "../core/units.js";
import { definitionOf } from "./definition-of.js";
import { type ExportJob, readingPhase } from "./export-job.js";
import { exportText } from "./export-text.js";
import type { WrittenRows } from "./read-rows.js";

/** Makes a new database file of what was chosen, counts its rows and lets it appear. BACKUP.FINGERPRINT_MISMATCH. */
export async function writeDatabase(path: string, job: ExportJob): Promise<readonly WrittenRows[]> {
  const { driver, services } = job;
  const engine = await services.engine(driver.engine);
  const address = { engine: driver.engine, name: path, location: path };
  await using restorer = await engine.restorer(address, services.driverContext);
  const definition = await definitionOf(job);
  const written: WrittenRows[] = [];
  const phase = readingPhase(job);
  const openMain = async (): Promise<Readable> => {
    written.length = 0;
    const reading = { view: job.view, phase, written };
    return Readable.from(exportText(job.chosen, reading, { format: "sql", spelling: job.spelling, definition }));
  };
  const source = {
    kind: "sql",
    rawBytes: null,
    serverVersion: null,
    databaseName: null,
    openMain,
    readPart: async () => null,
  };
  await using copy = await restorer.load(source, { jobs: 1, isInPlace: false });
  phase.done();
  await requireAllRows(copy, written);
  await copy.swap({ disconnect: false, waitMs: 0, at: services.driverContext.clock.now() });
  return written;
}

/** A file counts when the rows that were read are in it. */
async function requireAllRows(copy: LoadedCopy, written: readonly WrittenRows[]): Promise<void> {
  const { tables } = await copy.fingerprint("counts");
  for (const { chosen, rows } of written) {
    const { table } = chosen;
    const found = tables.find(({ name }) => name === table?.name);
    if (table === null || found?.rows === rows) continue;
    throw new DbopsError("BACKUP.FINGERPRINT_MISMATCH", {
      message: `${qualifiedName(table)} has ${found === undefined ? "no row" : formatNumberOf("row", found.rows ?? 0)} in the new file, and ${formatCount(rows)} were read`,
      hint: "nothing was left at the output; this should never happen: please report it",
    });
  }
}
