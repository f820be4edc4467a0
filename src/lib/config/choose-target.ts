import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { DbopsError } from "../core/errors.js";
import { redactPatterns } from "../core/redaction.js";
import { didYouMean } from "../core/suggestion.js";
import type { ConfiguredTarget } from "./target.js";
import {
  isKnownScheme,
  looksLikeDatabaseFile,
  parseLocation,
  schemeOf,
  type TargetLocation,
} from "./target-location.js";

export interface TargetChoice {
  readonly targets: readonly ConfiguredTarget[];
  readonly cwd: string;
  /** A target for a location that the configuration does not name. */
  readonly adHoc: (location: TargetLocation) => ConfiguredTarget;
}

/** The target that a word means: a configured name, a URL or a path. USAGE.TARGET_UNKNOWN, USAGE.INVALID for a subcommand. */
export function targetOf(word: string, subcommands: readonly string[], choice: TargetChoice): ConfiguredTarget {
  if (subcommands.includes(word)) throw isSubcommand(word);
  const named = choice.targets.find(({ name }) => name === word);
  if (named !== undefined) return { ...named, word };
  const location = locationOf(word, choice.cwd);
  if (location === null) throw unknownTarget(word, subcommands, choice.targets);
  const known = choice.targets.find((target) => isSamePlace(target, location));
  return { ...(known ?? choice.adHoc(location)), word };
}

/** The only configured target. USAGE.TARGET_MISSING naming all when there are several or none. */
export function onlyTarget(targets: readonly ConfiguredTarget[]): ConfiguredTarget {
  const [only, ...others] = targets;
  if (only !== undefined && others.length === 0) return only;
  throw new DbopsError("USAGE.TARGET_MISSING", {
    message: "this command needs a target",
    why: only === undefined ? "no target is configured" : `several are configured: ${namesOf(targets)}`,
    hint:
      only === undefined ? "name a path or URL, or run: dbops init" : `add one of them, for example: -t ${only.name}`,
  });
}

/** A bare word is a path only when it says so by a slash, an ending or by being a file. */
function locationOf(word: string, cwd: string): TargetLocation | null {
  const base = { folder: cwd, homeDir: null };
  const scheme = schemeOf(word);
  if (scheme !== null && isKnownScheme(scheme)) return parseLocation(word, base);
  if (scheme !== null && word.slice(scheme.length).startsWith("://")) return null;
  const isPath = word.includes("/") || looksLikeDatabaseFile(word) || isFile(resolve(cwd, word));
  return isPath ? parseLocation(scheme === null ? word : `./${word}`, base) : null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isSamePlace(target: ConfiguredTarget, location: TargetLocation): boolean {
  if (target.engine !== location.engine) return false;
  if (target.location === location.location) return true;
  return location.file !== null && realPath(target.location) === realPath(location.file);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What does not exist is compared as it is written.
    return path;
  }
}

function isSubcommand(word: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `"${word}" is a subcommand, not a target`,
    why: "the subcommand comes first and the target after it",
    hint: `dbops GROUP ${word} [target]; for a file of that name write ./${word}`,
  });
}

function unknownTarget(word: string, subcommands: readonly string[], targets: readonly ConfiguredTarget[]): DbopsError {
  const near = didYouMean(word, [...targets.map(({ name }) => name), ...subcommands]);
  const scheme = schemeOf(word);
  const isUrl = scheme !== null && word.includes("://");
  const known = targets.length === 0 ? "no target is configured" : `configured are: ${namesOf(targets)}`;
  return new DbopsError("USAGE.TARGET_UNKNOWN", {
    message: `"${redactPatterns(word)}" is no target`,
    why: isUrl ? `no engine serves ${scheme}:` : `it is no configured name and no file; ${known}`,
    hint: near === null ? `for a file write its path, ./${isUrl ? "FILE" : word}` : `did you mean ${near}?`,
  });
}

function namesOf(targets: readonly ConfiguredTarget[]): string {
  return targets.map(({ name }) => name).join(", ");
}
