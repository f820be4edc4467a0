import { readFile } from "node:fs/promises";
import { canonicalJson } from "../core/canonical-json.js";
import { DbopsError, messageOf } from "../core/errors.js";
import { ChildRegistry } from "../system/child-registry.js";
import { absolutePath } from "./absolute-path.js";
import type { SecretReference } from "./leaves.js";
import type { Variables } from "./variables.js";

interface SecretReaderOptions {
  readonly variables: Variables;
  readonly homeDir: string | null;
  /** Told of every secret read. */
  readonly register: (value: string) => void;
  readonly signal: AbortSignal;
}

/** Fetches secrets that dbops.yaml refers to, each at most once in a run. */
export class SecretReader {
  readonly #options: SecretReaderOptions;
  readonly #known = new Map<string, Promise<string>>();

  constructor(options: SecretReaderOptions) {
    this.#options = options;
  }

  /** CONFIG.SECRET when it cannot be had; `label` names the setting, relative files are relative to `folder`. */
  async read(reference: SecretReference, label: string, folder: string): Promise<string> {
    const key = canonicalJson({ folder, reference });
    const known = this.#known.get(key) ?? this.#fetch(reference, label, folder);
    this.#known.set(key, known);
    return await known;
  }

  async #fetch(reference: SecretReference, label: string, folder: string): Promise<string> {
    const value = await this.#value(reference, label, folder);
    const secret = value.replace(/\r?\n$/, "");
    if (secret === "") throw unreadable(label, `${sourceOf(reference)} is empty`);
    this.#options.register(secret);
    return secret;
  }

  async #value(reference: SecretReference, label: string, folder: string): Promise<string> {
    if ("env" in reference) {
      const variable = this.#options.variables.get(reference.env);
      if (variable === null) throw unreadable(label, `the variable ${reference.env} is not set`);
      return variable.value;
    }
    try {
      if ("command" in reference) return await this.#output(reference.command, folder);
      return await readFile(absolutePath(reference.file, { folder, homeDir: this.#options.homeDir }), "utf8");
    } catch (error) {
      this.#options.signal.throwIfAborted();
      const why = error instanceof DbopsError ? `${error.message}: ${error.why}` : messageOf(error);
      throw unreadable(label, why, error);
    }
  }

  async #output([program = "", ...args]: readonly string[], cwd: string): Promise<string> {
    await using children = new ChildRegistry();
    const env = this.#options.variables.environment;
    const { stdout } = await children.run({ command: program, args, env, cwd }, this.#options.signal);
    return stdout;
  }
}

function sourceOf(reference: SecretReference): string {
  if ("env" in reference) return `the variable ${reference.env}`;
  return "file" in reference ? `the file ${reference.file}` : `the output of ${reference.command[0] ?? ""}`;
}

function unreadable(label: string, why: string, cause?: unknown): DbopsError {
  return new DbopsError("CONFIG.SECRET", { message: `the secret for ${label} cannot be read`, why, cause });
}
