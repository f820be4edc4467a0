import { open } from "node:fs/promises";
import type { DriverContext } from "../driver.js";
import type { RestoreSource } from "../restore-model.js";
import { Worker } from "./worker-client.js";

/** Makes the database file at `path` by running an SQL text. DB.REFUSED, BACKUP.DAMAGED, RESOURCE.DISK_FULL. */
export async function loadScript(path: string, source: RestoreSource, context: DriverContext): Promise<void> {
  await (await open(path, "wx", 0o600)).close();
  await using worker = await Worker.start(context);
  const { references } = await worker.runScript(path, () => source.openMain());
  if (references !== null) context.progress.note(references);
}
