import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";

/** Where a config was found; it decides where backups go by default. */
export interface ConfigFile {
  readonly path: string;
  readonly folder: string;
  readonly kind: "named" | "project" | "user" | "system";
}

export interface ConfigSearch {
  /** --config or DBOPS_CONFIG: nothing else is looked at. */
  readonly named: string | null;
  readonly cwd: string;
  readonly userFolder: string | null;
  readonly systemFolder: string;
}

export const CONFIG_NAME = "dbops.yaml";

/** The first config found; folders above the working directory are not looked at. CONFIG.NOT_FOUND for a named one. */
export async function findConfigFile(search: ConfigSearch): Promise<ConfigFile | null> {
  if (search.named !== null) return await namedFile(resolve(search.cwd, search.named));
  const places = [
    { kind: "project", folder: search.cwd },
    { kind: "user", folder: search.userFolder },
    { kind: "system", folder: search.systemFolder },
  ] as const;
  for (const { kind, folder } of places) {
    if (folder === null) continue;
    const path = join(folder, CONFIG_NAME);
    if (await isThere(path)) return { path, folder, kind };
  }
  return null;
}

async function namedFile(path: string): Promise<ConfigFile> {
  if (!(await isThere(path))) {
    throw new DbopsError("CONFIG.NOT_FOUND", {
      message: `${path} does not exist`,
      why: "it was named by --config or DBOPS_CONFIG",
      hint: "dbops init",
    });
  }
  return { path, folder: dirname(path), kind: "named" };
}

/** A file that is there but may not be looked at is still the one found: reading it will say so. */
async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    const code = foreignCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    if (code === "EACCES") return true;
    throw new DbopsError("CONFIG.NOT_FOUND", {
      message: `${path} cannot be read`,
      why: messageOf(error),
      cause: error,
    });
  }
}
