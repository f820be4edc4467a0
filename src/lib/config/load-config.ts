import { join, resolve } from "node:path";
import type { Environment } from "../core/environment.js";
import { didYouMean } from "../core/suggestion.js";
import type { Config } from "./config.js";
import { type ConfigFile, findConfigFile } from "./config-file.js";
import type { ConfigSources } from "./config-sources.js";
import { checkEncryptionVariables } from "./encryption.js";
import { finishConfig } from "./finish-config.js";
import { Layers } from "./layers.js";
import { Problems } from "./problems.js";
import { readVariables } from "./read-variables.js";
import { SecretReader } from "./secret-reader.js";
import { SettingReader } from "./setting-reader.js";
import { type UserFolders, userFolders } from "./user-folders.js";
import type { Variables } from "./variables.js";
import type { YamlDocument } from "./yaml-document.js";

export interface LoadConfigOptions {
  readonly configFlag: string | null;
  /** Name of an entry of `environments`; else DBOPS_ENV. */
  readonly envFlag: string | null;
  readonly envFile: string | null;
  readonly cwd: string;
  /** The process's own environment. */
  readonly env: Environment;
  readonly homeDir: string | null;
  /** Subcommands of the command's group: no target words, and candidates for did-you-mean. */
  readonly subcommands?: readonly string[];
  /** Told of every secret, for the redactor. */
  readonly secret: (value: string) => void;
  readonly signal: AbortSignal;
}

const SYSTEM_FOLDER = "/etc/dbops";

/** Finds and joins all sources. CONFIG.INVALID with every problem at once, CONFIG.NOT_FOUND, CONFIG.SECRET, UNSUPPORTED.FORMAT_VERSION. */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const folders = userFolders(options.env, options.homeDir);
  const file = await configFile(options, folders);
  const notices: string[] = [];
  const envFile = envFilePath(options, file);
  const variables = await readVariables({ ...options, envFile, folder: file?.folder ?? options.cwd, notices });
  const problems = new Problems();
  const document = file === null ? null : await documentOf(file, problems);
  const environment = chosenEnvironment(options, { variables, document, problems });
  const layers = new Layers(document, environment);
  const reader = new SettingReader({ layers, variables, problems, folder: file?.folder ?? options.cwd });
  const sources = { file, folders, homeDir: options.homeDir, layers, variables, reader, problems };
  checkEncryptionVariables(sources);
  return await finishConfig(sources, { ...options, notices, secrets: secretsOf(options, sources) });
}

/** Where there is no dbops.yaml nobody waits for what reads it. */
async function documentOf({ path }: ConfigFile, problems: Problems): Promise<YamlDocument> {
  const { readDocument } = await import("./read-document.js");
  return await readDocument(path, problems);
}

function configFile({ configFlag, env, cwd }: LoadConfigOptions, folders: UserFolders): Promise<ConfigFile | null> {
  const named = configFlag ?? (env.DBOPS_CONFIG === "" ? null : (env.DBOPS_CONFIG ?? null));
  return findConfigFile({ named, cwd, userFolder: folders.config, systemFolder: SYSTEM_FOLDER });
}

function envFilePath(options: LoadConfigOptions, file: ConfigFile | null): { path: string; isNamed: boolean } | null {
  if (options.envFile !== null) return { path: resolve(options.cwd, options.envFile), isNamed: true };
  return file === null ? null : { path: join(file.folder, ".env"), isNamed: false };
}

interface EnvironmentSources {
  readonly variables: Variables;
  readonly document: YamlDocument | null;
  readonly problems: Problems;
}

/** null when none is asked for, or the one asked for does not exist, which is a problem. */
function chosenEnvironment({ envFlag }: LoadConfigOptions, sources: EnvironmentSources): string | null {
  const variable = sources.variables.get("DBOPS_ENV");
  const name = envFlag ?? variable?.value ?? null;
  if (name === null) return null;
  const known = new Layers(sources.document, null).keys(["environments"]);
  if (known.includes(name)) return name;
  const near = didYouMean(name, known);
  const listing = known.length === 0 ? "there are no environments in a dbops.yaml" : `there are ${known.join(", ")}`;
  const suggestion = near === null ? listing : `did you mean ${near}?`;
  const source = envFlag === null ? (variable?.source ?? "env DBOPS_ENV") : "--env";
  sources.problems.add(source, `no environment is named "${name}"; ${suggestion}`);
  return null;
}

function secretsOf(options: LoadConfigOptions, { variables }: ConfigSources): SecretReader {
  const { homeDir, secret, signal } = options;
  return new SecretReader({ variables, homeDir, register: secret, signal });
}
