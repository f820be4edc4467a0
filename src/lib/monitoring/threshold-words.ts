import { DbopsError } from "../core/errors.js";
import { parseDurationMs, parseSizeBytes } from "../core/units.js";
import type { Unit } from "../findings/check-result.js";

/**
 * A threshold in people's words, in the unit of its measure: `1000ms`, `25 hours`, `64MiB`, `80%`, `80% of max`, `10000`.
 * USAGE.INVALID.
 */
export function parseThreshold(words: string | number, unit: Unit): number {
  const text = String(words).trim();
  const value = READERS[unit](text);
  if (value !== null && Number.isFinite(value) && value >= 0) return value;
  throw new DbopsError("USAGE.INVALID", {
    message: `"${text}" is no threshold here`,
    why: `it takes ${EXPECTED[unit]}`,
  });
}

const READERS: Readonly<Record<Unit, (text: string) => number | null>> = {
  s: (text) => parseDurationMs(text) / 1000,
  By: parseSizeBytes,
  ratio: parseShare,
  count: parseCount,
  total: parseCount,
};

const EXPECTED: Readonly<Record<Unit, string>> = {
  s: 'a duration with its unit, such as 1000ms or "25 hours"',
  By: "a size, such as 64MiB",
  ratio: 'a share, such as 80% or "80% of max"',
  count: "a number",
  total: "a number",
};

/** A number without a percent sign is a share of 1. */
function parseShare(text: string): number | null {
  const percent = /^(\d+(?:\.\d+)?)\s*%(?:\s+of\s+\w+)?$/.exec(text)?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  return /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(text) ? Number(text) : null;
}

function parseCount(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}
