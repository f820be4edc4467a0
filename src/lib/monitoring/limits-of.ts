import type { AlertLimit } from "../config/alerts.js";
import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import type { Check, Limit } from "./check.js";
import { parseThreshold } from "./threshold-words.js";

/** Thresholds by check and measure. */
export type CheckLimits = ReadonlyMap<string, Readonly<Record<string, Limit>>>;

/** How guides of applications call what these checks measure. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  response_time: "connection.time",
  connections: "connections.used",
  disk_usage: "disk.free",
  backup_age: "backup.age",
};

/** Gives the configured thresholds their meaning; the later ones win. CONFIG.INVALID with the line of what means nothing. */
export function limitsOf(settings: readonly AlertLimit[], checks: readonly Check[]): CheckLimits {
  const limits = new Map<string, Record<string, Limit>>();
  for (const setting of settings) {
    const check = checkOf(setting, checks);
    const [measure, { unit }] = measureOf(setting, check);
    const side = (words: string | number | null): number | null =>
      words === null ? null : thresholdOf(words, { setting, unit });
    const own = limits.get(check.id) ?? {};
    limits.set(check.id, { ...own, [measure]: { unit, warn: side(setting.warning), crit: side(setting.critical) } });
  }
  return limits;
}

function checkOf(setting: AlertLimit, checks: readonly Check[]): Check {
  const id = OTHER_NAMES[setting.check] ?? setting.check;
  const check = checks.find((candidate) => candidate.id === id);
  if (check !== undefined) return check;
  const names = [...checks.map((candidate) => candidate.id), ...Object.keys(OTHER_NAMES)];
  throw wrong(setting, `there is no check "${setting.check}"`, didYouMean(setting.check, names));
}

function measureOf(setting: AlertLimit, check: Check): readonly [string, Limit] {
  const measures = Object.entries(check.defaults);
  const [first] = measures;
  const wanted = setting.measure === null ? first : measures.find(([name]) => name === setting.measure);
  if (wanted !== undefined) return wanted;
  if (setting.measure === null) throw wrong(setting, `${check.id} has no threshold`, null);
  const names = measures.map(([name]) => name);
  throw wrong(setting, `${check.id} measures no "${setting.measure}"`, didYouMean(setting.measure, names));
}

function thresholdOf(
  words: string | number,
  { setting, unit }: { readonly setting: AlertLimit; readonly unit: Limit["unit"] },
): number {
  try {
    return parseThreshold(words, unit);
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    throw wrong(setting, `${error.message}${error.why === null ? "" : `: ${error.why}`}`, null);
  }
}

function wrong({ source }: AlertLimit, problem: string, near: string | null): DbopsError {
  return new DbopsError("CONFIG.INVALID", {
    message: "a threshold of `alerts` means nothing",
    why: `${source}: ${problem}`,
    hint: near === null ? "docs/checks.md lists the checks with what they measure" : `did you mean ${near}?`,
  });
}
