import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "#dbops/lib/config/config.js";
import { type LoadConfigOptions, loadConfig } from "#dbops/lib/config/load-config.js";
import { DbopsError } from "#dbops/lib/core/errors.js";

/** A folder of real files for one test of the configuration. */
export interface ConfigWorld extends AsyncDisposable {
  readonly folder: string;
  /** Secrets that were registered with the redactor. */
  readonly secrets: readonly string[];
  /** Writes a file below the folder and returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  load(options?: Partial<LoadConfigOptions>): Promise<Config>;
  /** The error that loading ends with. */
  failure(options?: Partial<LoadConfigOptions>): Promise<DbopsError>;
  /** The value and source of one setting. */
  origin(key: string, options?: Partial<LoadConfigOptions>): Promise<string>;
}

/** The working directory is `folder`, the home directory `folder/home`, the environment empty. */
export async function configWorld(yaml?: string): Promise<ConfigWorld> {
  const world = new TemporaryWorld(await mkdtemp(join(tmpdir(), "dbops-config-")));
  if (yaml !== undefined) await world.write("dbops.yaml", yaml);
  return world;
}

class TemporaryWorld implements ConfigWorld {
  readonly secrets: string[] = [];

  constructor(readonly folder: string) {}

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  load(options: Partial<LoadConfigOptions> = {}): Promise<Config> {
    return loadConfig({
      configFlag: null,
      envFlag: null,
      envFile: null,
      cwd: this.folder,
      env: {},
      homeDir: join(this.folder, "home"),
      secret: (value) => this.secrets.push(value),
      signal: new AbortController().signal,
      ...options,
    });
  }

  async failure(options?: Partial<LoadConfigOptions>): Promise<DbopsError> {
    try {
      await this.load(options);
    } catch (error) {
      if (error instanceof DbopsError) return error;
      throw error;
    }
    throw new Error("the configuration was accepted");
  }

  async origin(key: string, options?: Partial<LoadConfigOptions>): Promise<string> {
    const { settings } = await this.load(options);
    const found = settings.find((setting) => setting.key === key);
    return `${found?.value} from ${found?.source}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The DbopsError that a call throws. */
export function thrownBy(call: () => unknown): DbopsError {
  try {
    call();
  } catch (error) {
    if (error instanceof DbopsError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
