import type { Engine } from "../../drivers/driver.js";
import type { ExportServices } from "./export-services.js";
import { DATABASE_FORMAT } from "./output-form.js";

/** The engine whose databases are files of their own. */
export async function databaseEngine(services: ExportServices): Promise<Engine> {
  for (const name of services.engineNames) {
    const engine = await services.engine(name);
    if (engine.fileKinds.includes(DATABASE_FORMAT)) return engine;
  }
  throw new Error(`no engine makes ${DATABASE_FORMAT} files`);
}
