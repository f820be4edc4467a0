import type { YamlDocument, YamlPath } from "./yaml-document.js";

/** A value of dbops.yaml with its line. */
export interface Found {
  readonly raw: unknown;
  readonly source: string;
  readonly path: YamlPath;
}

/** dbops.yaml with the chosen environment laid over it, key by key. */
export class Layers {
  readonly #document: YamlDocument | null;
  readonly #roots: readonly YamlPath[];

  constructor(document: YamlDocument | null, environment: string | null) {
    this.#document = document;
    this.#roots = environment === null ? [[]] : [["environments", environment], []];
  }

  find(path: readonly string[]): Found | null {
    for (const root of this.#roots) {
      const whole = [...root, ...path];
      const raw = dig(this.#document?.value, whole);
      if (raw !== undefined) return { raw, source: this.sourceOf(whole), path: whole };
    }
    return null;
  }

  /** Keys of a section over all layers, in the order of the base. */
  keys(path: readonly string[]): readonly string[] {
    const all = [...this.#roots].reverse().flatMap((root) => {
      const section = dig(this.#document?.value, [...root, ...path]);
      return typeof section === "object" && section !== null ? Object.keys(section) : [];
    });
    return [...new Set(all)];
  }

  sourceOf(path: YamlPath): string {
    return this.#document?.sourceOf(path) ?? "dbops.yaml";
  }
}

/** A target that is only a path or URL answers for its `url` key. */
function dig(value: unknown, path: YamlPath): unknown {
  let current = value;
  for (const [index, step] of path.entries()) {
    if (typeof current === "string") return step === "url" && path[index - 2] === "targets" ? current : undefined;
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = Object.entries(current).find(([key]) => key === String(step))?.[1];
  }
  return current;
}
