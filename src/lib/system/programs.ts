import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Environment } from "../core/environment.js";

/** What a shell searches when PATH is not set at all. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** The absolute path of the first executable file of that name on PATH, or null. */
export async function findProgram(name: string, env: Environment): Promise<string | null> {
  for (const folder of (env.PATH ?? DEFAULT_PATH).split(delimiter)) {
    const path = join(folder === "" ? "." : folder, name);
    if (await isExecutableFile(path)) return path;
  }
  return null;
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
