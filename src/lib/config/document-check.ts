import { moment, threshold } from "./alert-leaves.js";
import { hasReferences } from "./interpolation.js";
import type { Leaf } from "./leaf.js";
import { flag, text } from "./leaves.js";
import { locationLeaf } from "./location-leaf.js";
import { SERVICE_COMMANDS, SETTINGS } from "./settings.js";
import { schemeOf } from "./target-location.js";
import type { YamlPath } from "./yaml-document.js";

/** What is wrong in a document, and where. */
export interface DocumentFault {
  readonly path: YamlPath;
  readonly problem: string;
  /** For an unknown key: the keys that its section has. */
  readonly known: readonly string[] | null;
}

type Check = (value: unknown, path: YamlPath) => readonly DocumentFault[];

const backup = sectionOf("backup.");
const service = section({ stop: once(SERVICE_COMMANDS.stop), start: once(SERVICE_COMMANDS.start) });
const limits = { warning: once(threshold), critical: once(threshold) };
const alerts: Check = (value, path) => {
  const { mutes: silenced = null, ...checks } = Object.fromEntries(entriesOf(value) ?? []);
  return [
    ...mapOf(limitsOfCheck, () => null)(entriesOf(value) === null ? value : checks, path),
    ...mutes(silenced, [...path, "mutes"]),
  ];
};
const target = section({
  url: once(locationLeaf),
  protected: once(flag),
  service,
  backup,
  alerts,
  database_alerts: alerts,
});
const settings = {
  targets: mapOf((value, path) => target(typeof value === "string" ? { url: value } : value, path), targetNameProblem),
  backup,
  alerts,
  database_alerts: alerts,
  connect: sectionOf("connect."),
  audit: sectionOf("audit."),
};
const environments = mapOf(section(settings), () => null);
const document = section({ version: () => [], ...settings, environments });

/** Everything wrong in dbops.yaml but its version. Values that hold `${NAME}` are checked when they are used. */
export function checkDocument(value: unknown): readonly DocumentFault[] {
  return document(value, []);
}

/** A section, whose keys are all optional. One whose keys are all commented out is empty, not wrong. */
function section(keys: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    const entries = entriesOf(value);
    if (entries === null) return [{ path, problem: "expected a section", known: null }];
    return entries.flatMap(([key, inner]) => {
      const check = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (check !== undefined) return check(inner, [...path, key]);
      return [{ path: [...path, key], problem: "unknown key", known: Object.keys(keys) }];
    });
  };
}

/** The section under `prefix`, made from the table of settings. */
function sectionOf(prefix: string): Check {
  const keys: Record<string, Check> = {};
  for (const { key, leaf } of Object.values(SETTINGS)) {
    if (!key.startsWith(prefix)) continue;
    const [first = "", ...deeper] = key.slice(prefix.length).split(".");
    keys[first] ??= deeper.length === 0 ? once(leaf) : sectionOf(`${prefix}${first}.`);
  }
  return section(keys);
}

/** A section with names of the user's own. */
function mapOf(check: Check, nameProblem: (name: string) => string | null): Check {
  return (value, path) => {
    const entries = entriesOf(value);
    if (entries === null) return [{ path, problem: "expected a section", known: null }];
    return entries.flatMap(([name, inner]) => {
      const problem = nameProblem(name);
      const own = problem === null ? [] : [{ path: [...path, name], problem, known: null }];
      return [...own, ...check(inner, [...path, name])];
    });
  };
}

/** Both sides of the one threshold of a check, or those of each of its measures. */
function limitsOfCheck(value: unknown, path: YamlPath): readonly DocumentFault[] {
  const entries = entriesOf(value) ?? [];
  const isSection = (inner: unknown): boolean => typeof inner === "object" && inner !== null && !Array.isArray(inner);
  const hasMeasures = entries.length > 0 && entries.every(([, inner]) => isSection(inner));
  return hasMeasures ? mapOf(section(limits), () => null)(value, path) : section(limits)(value, path);
}

/** A list of mutes, each with an end and a reason. */
function mutes(value: unknown, path: YamlPath): readonly DocumentFault[] {
  if (value === null) return [];
  if (!Array.isArray(value)) return [{ path, problem: "expected a list", known: null }];
  const keys = { check: once(text), object: once(text), until: once(moment), reason: once(text) };
  return value.flatMap((mute: unknown, index) => {
    const place = [...path, index];
    const given = new Set((entriesOf(mute) ?? []).map(([key]) => key));
    const missing = ["check", "until", "reason"].filter((key) => !given.has(key));
    const absent = missing.map((key) => ({ path: place, problem: `${key} is missing`, known: null }));
    return [...section(keys)(mute, place), ...absent];
  });
}

/** A value; one that holds references cannot be told before they are followed. */
function once(leaf: Leaf<unknown>): Check {
  return (value, path) => {
    if (hasReferences(value)) return [];
    const reading = leaf.read(value);
    return reading.isRight ? [] : [{ path, problem: reading.problem, known: null }];
  };
}

/** null for what is no section. */
function entriesOf(value: unknown): readonly [string, unknown][] | null {
  if (value === null || value === undefined) return [];
  return typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : null;
}

function targetNameProblem(name: string): string | null {
  if (name === "" || name.startsWith("-") || /[/\p{Cc}]/u.test(name)) {
    return "a target's name must not be empty, begin with - or contain / or control characters";
  }
  const scheme = schemeOf(name);
  return scheme === null ? null : `a target's name must not look like a URL (${scheme}:)`;
}
