import { basename, dirname, relative } from "node:path";
import type { LocatedDatabase } from "../config/config.js";
import type { Environment } from "../core/environment.js";

/** A target as dbops.yaml will name it. */
export interface InitTarget {
  readonly name: string;
  /** What is written: a path relative to the file, a URL without password, or `${VARIABLE}`. */
  readonly url: string;
  /** Where it was found, for the comment beside it. */
  readonly foundIn: string;
}

export interface TargetSources {
  /** The folder of the new dbops.yaml. */
  readonly folder: string;
  readonly environment: Environment;
  /** Of the `.env` in the folder. */
  readonly envFile: ReadonlyMap<string, string>;
  readonly files: readonly string[];
  readonly locate: (text: string) => LocatedDatabase | null;
}

export interface ChosenTargets {
  readonly targets: readonly InitTarget[];
  readonly notes: readonly string[];
}

const VARIABLES = ["DATABASE_URL", "DATABASE_PATH"];
const URL_LIKE = /^[a-z][a-z0-9+.-]*:/i;

/** The databases that variables and files name, each once. Passwords stay where they are. */
export function chooseTargets(sources: TargetSources): ChosenTargets {
  const targets: InitTarget[] = [];
  const notes: string[] = [];
  const known = new Set<string>();
  const add = (database: LocatedDatabase, url: string, foundIn: string): void => {
    if (known.has(database.location)) return;
    known.add(database.location);
    targets.push({ name: freeName(database, targets), url, foundIn });
  };
  for (const { name, value, isInFile } of variables(sources)) {
    const database = sources.locate(value);
    if (database === null) continue;
    const isReferred = database.file === null && (isInFile || database.hasPassword);
    const url = isReferred ? `\${${name}}` : written(database, sources.folder);
    add(database, url, isInFile ? `${name} in .env` : `${name} in the environment`);
    if (isReferred && !isInFile)
      notes.push(`cron does not see ${name}: write it into ${sources.folder}/.env (mode 0600)`);
  }
  for (const file of sources.files) {
    const database = sources.locate(file);
    if (database !== null) add(database, written(database, sources.folder), "a file");
  }
  return { targets, notes };
}

function* variables({ environment, envFile }: TargetSources) {
  for (const [name, value] of envFile) {
    const isMeant = VARIABLES.includes(name) || (URL_LIKE.test(value) && !name.startsWith("SHADOW_"));
    if (isMeant && value !== "") yield { name, value, isInFile: true };
  }
  for (const name of VARIABLES) {
    const value = environment[name];
    if (value !== undefined && value !== "" && !envFile.has(name)) yield { name, value, isInFile: false };
  }
}

/** `${` is doubled so that it is not taken for a variable. */
function written({ file, location }: LocatedDatabase, folder: string): string {
  if (file === null) return location.replaceAll("${", () => "$${");
  const path = relative(folder, file);
  return (path.startsWith("../") ? file : `./${path}`).replaceAll("${", () => "$${");
}

function freeName({ derivedName, file }: LocatedDatabase, taken: readonly InitTarget[]): string {
  const plain = usable(derivedName);
  const isFree = (name: string): boolean => !taken.some((target) => target.name === name);
  if (isFree(plain)) return plain;
  const longer = file === null ? plain : usable(`${basename(dirname(file))}-${plain}`);
  if (isFree(longer)) return longer;
  let number = 2;
  while (!isFree(`${longer}-${number}`)) number += 1;
  return `${longer}-${number}`;
}

function usable(name: string): string {
  return name.replace(/[/:\p{Cc}]/gu, "-").replace(/^-+/, "") || "database";
}
