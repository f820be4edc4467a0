import { DbopsError } from "../core/errors.js";

interface Problem {
  /** `dbops.yaml:12` or `env BACKUP_DIR`. */
  readonly source: string;
  readonly line: number;
  readonly text: string;
}

/** Collects everything that is wrong with a configuration, so that it is told at once. */
export class Problems {
  readonly #found = new Map<string, Problem>();

  get hasAny(): boolean {
    return this.#found.size > 0;
  }

  add(source: string, text: string): void {
    const line = Number(/:(\d+)$/.exec(source)?.[1] ?? Number.MAX_SAFE_INTEGER);
    this.#found.set(`${source}: ${text}`, { source, line, text });
  }

  /** CONFIG.INVALID naming all problems, in the order of their lines. */
  throwIfAny(path: string | null): void {
    if (this.#found.size === 0) return;
    const all = [...this.#found.values()].sort((a, b) => a.line - b.line);
    const lines = all.map(({ source, text }) => `${source}: ${text}`);
    throw new DbopsError("CONFIG.INVALID", {
      message: all.length === 1 ? "the configuration has a problem" : `the configuration has ${all.length} problems`,
      why: lines.join("\n"),
      hint: path === null ? "correct the variables" : `edit ${path}`,
    });
  }
}
