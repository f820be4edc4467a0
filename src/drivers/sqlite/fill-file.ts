import { pipeline } from "node:stream/promises";
import { writeStreamTo } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { RestoreSource } from "../restore-model.js";
import { loadScript } from "./load-script.js";

/** Makes a new database file of a backup: its bytes as they are, or what its statements say. Not durable yet. */
export async function fillFile(path: string, source: RestoreSource, context: DriverContext): Promise<void> {
  if (source.kind === "sql") await loadScript(path, source, context);
  else await pipeline(await source.openMain(), writeStreamTo(path), { signal: context.signal });
}
