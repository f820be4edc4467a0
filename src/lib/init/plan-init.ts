import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LocatedDatabase } from "../config/config.js";
import { parseEnvFile } from "../core/env-file.js";
import type { Environment } from "../core/environment.js";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { writeOutputFile } from "../system/output-file.js";
import { chooseTargets, type InitTarget } from "./choose-targets.js";
import { crontabLines } from "./crontab.js";
import { findDatabaseFiles } from "./find-database-files.js";
import { renderConfig } from "./render-config.js";

export interface InitRequest {
  /** Absolute. */
  readonly folder: string;
  /** Replace a dbops.yaml that is there. */
  readonly isForced: boolean;
  readonly environment: Environment;
  readonly locate: (text: string, folder: string) => LocatedDatabase | null;
  readonly signal: AbortSignal;
}

/** What `dbops init` will write and tell. */
export interface InitPlan {
  readonly config: string;
  readonly content: string;
  readonly targets: readonly InitTarget[];
  readonly crontab: readonly string[];
  readonly notes: readonly string[];
}

/** Not 0600: the file holds no passwords, and whoever runs the jobs must be able to read it. */
const CONFIG_MODE = 0o644;

/** Looks for databases and prepares the file; changes nothing. CONFIG.EXISTS, USAGE.INVALID for a folder that is none. */
export async function planInit(request: InitRequest): Promise<InitPlan> {
  const { folder } = request;
  await requireFolder(folder);
  const config = join(folder, "dbops.yaml");
  if (!request.isForced && (await exists(config))) throw alreadyThere(config);
  const { databases, unreadable } = await findDatabaseFiles(folder, request.signal);
  const { targets, notes } = chooseTargets({
    folder,
    environment: request.environment,
    envFile: parseEnvFile(await envFileText(folder)).values,
    files: databases,
    locate: (text) => request.locate(text, folder),
  });
  return {
    config,
    content: renderConfig(targets),
    targets,
    crontab: crontabLines({ config, targets: targets.map(({ name }) => name) }),
    notes: [...notes, ...unreadable.map((path) => `${path} could not be read`), ...(await gitNotes(folder))],
  };
}

/** OUTPUT.UNWRITABLE, RESOURCE.DISK_FULL. */
export async function writeInit({ config, content }: InitPlan): Promise<void> {
  await writeOutputFile(config, content, CONFIG_MODE);
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) throw notUsable(`${folder} is no folder`, new Error("it is a file"));
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof DbopsError) throw error;
    throw notUsable(
      foreignCode(error) === "EACCES" ? `${folder} may not be looked into` : `${folder} is no folder`,
      error,
    );
  }
}

function notUsable(message: string, cause: unknown): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message,
    why: messageOf(cause),
    hint: "name a folder that this user may read and enter",
    cause,
  });
}

async function envFileText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, ".env"), "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR", "EACCES"].includes(foreignCode(error) ?? "")) return "";
    throw error;
  }
}

async function gitNotes(folder: string): Promise<readonly string[]> {
  return (await exists(join(folder, ".git"))) ? ["backups/ does not belong into git: add it to .gitignore"] : [];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return false;
    throw error;
  }
}

function alreadyThere(config: string): DbopsError {
  return new DbopsError("CONFIG.EXISTS", {
    message: `${config} exists`,
    why: "dbops init does not replace a configuration unless told to",
    hint: "add --force, or edit the file",
  });
}
