import { dirname, join } from "node:path";
import type { ConfigFile } from "./config-file.js";

const NAME = "backups";
const SYSTEM_DATA = "/var/lib/dbops";

/** Where backups go when nothing says so: by the config's place, else beside the database file; never the working directory. */
export function defaultStore(
  config: ConfigFile | null,
  userData: string | null,
  databaseFile: string | null,
): string | null {
  if (config?.kind === "system") return join(SYSTEM_DATA, NAME);
  if (config?.kind === "user") return userData === null ? null : join(userData, NAME);
  if (config !== null) return join(config.folder, NAME);
  return databaseFile === null ? null : join(dirname(databaseFile), NAME);
}
