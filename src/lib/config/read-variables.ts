import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { parseEnvFile } from "../core/env-file.js";
import type { Environment } from "../core/environment.js";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import { SETTINGS } from "./settings.js";
import { Variables } from "./variables.js";

interface VariableSources {
  readonly env: Environment;
  readonly envFile: { readonly path: string; readonly isNamed: boolean } | null;
  /** The folder that relative paths in the process's own variables refer to. */
  readonly folder: string;
  readonly notices: string[];
}

/** Variables of dbops besides those of the table of settings. */
const OWN = ["DBOPS_CONFIG", "DBOPS_ENV", "DBOPS_TARGET"];

/** The environment with the `.env` file joined in. CONFIG.NOT_FOUND when --env-file cannot be read. */
export async function readVariables(sources: VariableSources): Promise<Variables> {
  const { env, envFile, folder, notices } = sources;
  const text = envFile === null ? "" : await envFileText(envFile, notices);
  const { values, strangeLines } = parseEnvFile(text);
  const path = envFile?.path ?? folder;
  if (strangeLines.length > 0) notices.push(`${basename(path)}: not understood: line ${strangeLines.join(", ")}`);
  const variables = new Variables(env, values, { own: folder, envFile: dirname(path) });
  noticeMistyped(variables, notices);
  return variables;
}

async function envFileText(
  { path, isNamed }: { readonly path: string; readonly isNamed: boolean },
  notices: string[],
): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isNamed) {
      const why = messageOf(error);
      throw new DbopsError("CONFIG.NOT_FOUND", { message: `--env-file ${path} cannot be read`, why, cause: error });
    }
    // It is the application's file: another user's, perhaps, and dbops may do without.
    if (foreignCode(error) !== "ENOENT") notices.push(`${path} was not read: ${messageOf(error)}`);
    return "";
  }
}

function noticeMistyped(variables: Variables, notices: string[]): void {
  const known = [...OWN, ...Object.values(SETTINGS).map(({ variable }) => variable)];
  for (const name of variables.names()) {
    if (!name.startsWith("DBOPS_") || known.includes(name)) continue;
    const near = didYouMean(
      name.slice("DBOPS_".length),
      known.map((one) => one.slice("DBOPS_".length)),
    );
    if (near !== null) notices.push(`${name} means nothing to dbops; did you mean DBOPS_${near}?`);
  }
}
