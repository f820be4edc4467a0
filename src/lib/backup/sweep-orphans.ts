import type { Storage } from "../storage/storage.js";
import { idOfFile } from "./backup-name.js";
import { readCatalog } from "./catalog.js";

/** The last digits of a backup's ID are those of the run that made it: files that a dead run left can be told by them. */
export function runDigits(run: string): string {
  return run.slice(-6);
}

/** Deletes the whole parts that a killed run has stored without getting to their manifest. Returns their names. */
export async function sweepOrphans(storage: Storage, deadRun: string): Promise<string[]> {
  const { orphans } = await readCatalog(storage);
  const own = orphans.filter((file) => idOfFile(file)?.endsWith(`_${runDigits(deadRun)}`) === true);
  for (const file of own) await storage.delete(file);
  return own;
}
