import { formatBytes, formatCount, formatDuration } from "../core/units.js";
import type { Unit } from "./check-result.js";

const SPELLINGS: Readonly<Record<Unit, (value: number) => string>> = {
  s: (value) => formatDuration(value * 1000),
  By: formatBytes,
  ratio: (value) => `${Number((value * 100).toFixed(1))} %`,
  count: (value) => formatCount(Math.round(value)),
  total: (value) => formatCount(Math.round(value)),
};

/** A value as people read it: `25 h`, `67.1 MB`, `80 %`. */
export function spellMeasure(value: number, unit: Unit): string {
  return SPELLINGS[unit](value);
}
