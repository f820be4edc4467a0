import { access, constants, readdir, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Environment } from "../../lib/core/environment.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { ChildRegistry } from "../../lib/system/child-registry.js";

export type ToolName = "pg_dump" | "pg_restore" | "pg_dumpall" | "psql" | "initdb" | "postgres";

export interface Tool {
  readonly path: string;
  readonly major: number;
  /** As the program prints it: "15.18". */
  readonly version: string;
}

/** Folders that hold one folder per installed version. */
const VERSIONED: readonly (readonly [parent: string, pattern: RegExp, below: string])[] = [
  ["/usr/lib/postgresql", /^\d+$/, "bin"],
  ["/usr", /^pgsql-\d+$/, "bin"],
  ["/opt/homebrew/opt", /^(postgresql(@\d+)?|libpq)$/, "bin"],
  ["/usr/local/opt", /^(postgresql(@\d+)?|libpq)$/, "bin"],
  ["/Library/PostgreSQL", /^\d+$/, "bin"],
  ["/Applications/Postgres.app/Contents/Versions", /^\d+$/, "bin"],
];

/** Finds PostgreSQL's own programs: PATH, `pg_config --bindir`, versioned folders; only DBOPS_PG_BINDIR when that is set. */
export class Tools {
  readonly #env: Environment;
  readonly #children: ChildRegistry;
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, Promise<readonly Tool[]>>();

  constructor(context: { readonly env: Environment; readonly children: ChildRegistry; readonly signal: AbortSignal }) {
    this.#env = context.env;
    this.#children = context.children;
    this.#signal = context.signal;
  }

  /** The program of the lowest version that is at least `minMajor`. TOOL.MISSING, TOOL.TOO_OLD. */
  async find(name: ToolName, minMajor: number): Promise<Tool> {
    const all = await this.all(name);
    const fitting = all.filter(({ major }) => major >= minMajor).sort((a, b) => a.major - b.major);
    if (fitting[0] !== undefined) return fitting[0];
    throw tooOld(name, await this.newest(name, minMajor), minMajor);
  }

  /** The program of the highest version, for what only says while it is read which version wrote it. TOOL.MISSING. */
  async newest(name: ToolName, minMajor = 0): Promise<Tool> {
    const [newest] = (await this.all(name)).toSorted((a, b) => b.major - a.major);
    if (newest === undefined) throw missing(name, minMajor);
    return newest;
  }

  /** Every version found, in the order of search. */
  async all(name: ToolName): Promise<readonly Tool[]> {
    const known = this.#found.get(name) ?? this.#search(name);
    this.#found.set(name, known);
    return await known;
  }

  async #search(name: ToolName): Promise<readonly Tool[]> {
    const paths = new Map<string, string>();
    for (const folder of await this.#folders()) {
      const path = join(folder, name);
      const real = await realpath(path).catch(() => null);
      // Debian's /usr/bin/pg_dump is a wrapper that picks a version by rules of its own.
      if (real === null || real.endsWith("/pg_wrapper") || paths.has(real) || !(await isExecutable(path))) continue;
      paths.set(real, path);
    }
    const tools = await Promise.all([...paths.values()].map((path) => this.#versionOf(path)));
    return tools.filter((tool) => tool !== null);
  }

  async #folders(): Promise<readonly string[]> {
    if (this.#env.DBOPS_PG_BINDIR !== undefined) return [this.#env.DBOPS_PG_BINDIR];
    const onPath = (this.#env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
    const configured = await this.#output("pg_config", ["--bindir"]);
    return [...onPath, ...(configured === null ? [] : [configured.trim()]), ...(await versionedFolders())];
  }

  async #versionOf(path: string): Promise<Tool | null> {
    const text = (await this.#output(path, ["--version"])) ?? "";
    const match = /\)\s+((\d+)[^\s]*)/.exec(text);
    if (match === null) return null;
    return { path, major: Number(match[2]), version: match[1] ?? "" };
  }

  async #output(command: string, args: readonly string[]): Promise<string | null> {
    try {
      const env = { PATH: this.#env.PATH, LC_ALL: "C" };
      return (await this.#children.run({ command, args, env }, this.#signal)).stdout;
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof DbopsError) return null;
      throw error;
    }
  }
}

async function versionedFolders(): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const [parent, pattern, below] of VERSIONED) {
    const names = await readdir(parent).catch(() => []);
    folders.push(...names.filter((name) => pattern.test(name)).map((name) => join(parent, name, below)));
  }
  return folders;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function missing(name: ToolName, major: number): DbopsError {
  return new DbopsError("TOOL.MISSING", {
    message: `${name} is not installed`,
    why: "it was looked for on PATH, by pg_config and in the usual folders",
    hint: installHint(name, major),
  });
}

function tooOld(name: ToolName, newest: Tool, major: number): DbopsError {
  return new DbopsError("TOOL.TOO_OLD", {
    message: `${name} ${newest.version} is too old`,
    why: `version ${major} or newer is needed, and the newest found is ${newest.path}`,
    hint: installHint(name, major),
  });
}

function installHint(name: ToolName, major: number): string {
  const kind = name === "initdb" || name === "postgres" ? "postgresql" : "postgresql-client";
  return `install it: apt-get install ${kind}${major > 0 ? `-${major}` : ""}   (see https://www.postgresql.org/download/)`;
}
