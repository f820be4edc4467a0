import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Environment } from "../core/environment.js";

/** Folders of one user, absolute; null where there is no home to derive them from. */
export interface UserFolders {
  /** Where dbops.yaml of a user lies. */
  readonly config: string | null;
  /** Where the backups of a user's config go. */
  readonly data: string | null;
  /** Where the audit log lives. */
  readonly state: string | null;
}

const SYSTEM_STATE = "/var/lib/dbops";

/** HOME, else the password database's entry: cron jobs and containers often have no HOME. */
export function homeFolder(env: Environment): string | null {
  if (env.HOME !== undefined && isAbsolute(env.HOME)) return env.HOME;
  try {
    return userInfo().homedir;
  } catch {
    // A container may run under a user id that the password database does not know.
    return null;
  }
}

/** The XDG folders of dbops; relative XDG values are ignored, as the XDG base directory specification demands. */
export function userFolders(env: Environment, homeDir: string | null, isRoot = process.getuid?.() === 0): UserFolders {
  const folder = (variable: string | undefined, ...inHome: readonly string[]): string | null => {
    if (variable !== undefined && isAbsolute(variable)) return join(variable, "dbops");
    return homeDir === null ? null : join(homeDir, ...inHome, "dbops");
  };
  const hasOwnState = env.XDG_STATE_HOME !== undefined && isAbsolute(env.XDG_STATE_HOME);
  return {
    config: folder(env.XDG_CONFIG_HOME, ".config"),
    data: folder(env.XDG_DATA_HOME, ".local", "share"),
    state: isRoot && !hasOwnState ? SYSTEM_STATE : folder(env.XDG_STATE_HOME, ".local", "state"),
  };
}
