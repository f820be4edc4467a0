import { redactPatterns } from "../core/redaction.js";
import type { SettingOrigin } from "./config.js";
import { hasReferences, interpolate } from "./interpolation.js";
import type { Found, Layers } from "./layers.js";
import type { Leaf } from "./leaf.js";
import { named } from "./named-path.js";
import type { Problems } from "./problems.js";
import type { Setting } from "./settings.js";
import type { Variables } from "./variables.js";

/** Where a value came from, strongest first. */
export type Level = "variable" | "target" | "file" | "application" | "default";

/** A value that is about to be read, with everything needed to say where it stood. */
export interface Candidate {
  readonly level: Level;
  readonly raw: unknown;
  readonly source: string;
  /** What names it in problems: its path in the file, empty for variables. */
  readonly label: string;
  /** The folder that a relative path in it refers to. */
  readonly folder: string;
}

export interface Sourced<T> {
  readonly value: T;
  readonly candidate: Candidate;
}

interface Sources {
  readonly layers: Layers;
  readonly variables: Variables;
  readonly problems: Problems;
  /** The folder of dbops.yaml. */
  readonly folder: string;
}

/** Reads settings by precedence and collects what is wrong with them. */
export class SettingReader {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The strongest value; null when there is none or it is wrong. `target` null reads the general setting. */
  read<T>(setting: Setting<T>, target: string | null): Sourced<T> | null {
    const candidate = this.candidates(setting, target)[0];
    return candidate === undefined ? null : this.parse(setting, candidate);
  }

  /** For settings that have a default. */
  readOr<T>(setting: Setting<T>, target: string | null): T {
    return this.read(setting, target)?.value ?? fallbackOf(setting);
  }

  /** Every place that gives the setting, strongest first. */
  candidates(setting: Setting<unknown>, target: string | null): readonly Candidate[] {
    const { layers, variables } = this.#sources;
    const path = setting.key.split(".");
    const own = variables.get(setting.variable);
    const application = setting.application.map(({ name, appliesTo, translate }): Candidate | null => {
      const variable = variables.get(name);
      if (variable === null || appliesTo?.(variable.value) === false) return null;
      const raw = setting.isSecret === true ? { env: name } : (translate?.(variable.value) ?? variable.value);
      return { level: "application", raw, source: variable.source, label: "", folder: variable.folder };
    });
    const ownRaw = setting.isSecret === true ? { env: setting.variable } : own?.value;
    const fallback: Candidate = { level: "default", raw: setting.fallback, source: "default", label: "", folder: "/" };
    return [
      own === null
        ? null
        : { level: "variable" as const, raw: ownRaw, source: own.source, label: "", folder: own.folder },
      target === null ? null : this.#inFile("target", layers.find(["targets", target, ...path])),
      this.#inFile("file", layers.find(path)),
      ...application,
      setting.fallback === null ? null : fallback,
    ].filter((candidate) => candidate !== null);
  }

  /** Gives meaning to one candidate; null after adding a problem. */
  parse<T>(setting: Pick<Setting<T>, "leaf" | "isSecret">, candidate: Candidate): Sourced<T> | null {
    const isShortReference = setting.isSecret === true && typeof candidate.raw === "string";
    const raw =
      candidate.level === "file" || candidate.level === "target" ? this.#interpolated(candidate) : candidate.raw;
    if (raw === null && candidate.raw !== null) return null;
    const reading = setting.leaf.read(isShortReference ? candidate.raw : raw);
    if (reading.isRight) return { value: reading.value, candidate };
    this.#sources.problems.add(candidate.source, `${candidate.label}${reading.problem}`);
    return null;
  }

  /** A value of the file that is no setting of the table, such as a target's URL. */
  parseFound<T>(leaf: Leaf<T>, found: Found): Sourced<T> | null {
    const candidate = this.#inFile("target", found);
    return candidate === null ? null : this.parse({ leaf }, candidate);
  }

  /** How `config show` tells it. */
  origin(setting: Setting<unknown>, key: string, candidate: Candidate | undefined): SettingOrigin {
    if (candidate === undefined) return { key, value: null, source: "default" };
    const value = setting.isSecret === true ? "***" : written(candidate.raw);
    return { key, value, source: candidate.source };
  }

  #inFile(level: Level, found: Found | null): Candidate | null {
    if (found === null) return null;
    return { level, raw: found.raw, source: found.source, label: named(found.path), folder: this.#sources.folder };
  }

  /** null after adding a problem for each variable that is not set. */
  #interpolated(candidate: Candidate): unknown {
    if (!hasReferences(candidate.raw)) return interpolate(candidate.raw, () => null);
    const missing = new Set<string>();
    const value = interpolate(candidate.raw, (name) => {
      const variable = this.#sources.variables.get(name);
      if (variable === null) missing.add(name);
      return variable?.value ?? null;
    });
    for (const name of missing) {
      this.#sources.problems.add(candidate.source, `${candidate.label}the variable ${name} is not set`);
    }
    return missing.size === 0 ? value : null;
  }
}

/** A default is written in the table of settings; one that does not read is a fault of the table. */
function fallbackOf<T>({ key, leaf, fallback }: Setting<T>): T {
  const reading = leaf.read(fallback);
  if (reading.isRight) return reading.value;
  throw new Error(`the default of ${key}: ${reading.problem}`);
}

/** A value as it would be written in dbops.yaml, without passwords. */
export function written(raw: unknown): string {
  return redactPatterns(typeof raw === "string" ? raw : JSON.stringify(raw));
}
