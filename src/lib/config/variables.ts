import type { Environment } from "../core/environment.js";

/** A variable's value with where it came from. */
export interface Variable {
  readonly value: string;
  /** `env NAME` or `.env NAME`. */
  readonly source: string;
  /** The folder that a relative path in it refers to. */
  readonly folder: string;
}

/** The process's environment with `.env` joined in; a set variable, even an empty one, is never overridden. */
export class Variables {
  readonly environment: Environment;
  readonly #own: Environment;
  readonly #folders: { readonly own: string; readonly envFile: string };

  constructor(
    own: Environment,
    envFile: ReadonlyMap<string, string>,
    folders: { readonly own: string; readonly envFile: string },
  ) {
    this.environment = { ...Object.fromEntries(envFile), ...own };
    this.#own = own;
    this.#folders = folders;
  }

  /** null when unset or empty. */
  get(name: string): Variable | null {
    const value = Object.hasOwn(this.environment, name) ? this.environment[name] : undefined;
    if (value === undefined || value === "") return null;
    return this.#own[name] === undefined
      ? { value, source: `.env ${name}`, folder: this.#folders.envFile }
      : { value, source: `env ${name}`, folder: this.#folders.own };
  }

  names(): readonly string[] {
    return Object.keys(this.environment);
  }
}
