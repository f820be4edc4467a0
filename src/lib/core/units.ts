import { DbopsError } from "./errors.js";

const SECOND_MS = 1000;
const DURATION_UNITS_MS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ms: 1,
    s: SECOND_MS,
    sec: SECOND_MS,
    second: SECOND_MS,
    m: 60 * SECOND_MS,
    min: 60 * SECOND_MS,
    minute: 60 * SECOND_MS,
    h: 3600 * SECOND_MS,
    hour: 3600 * SECOND_MS,
    d: 86_400 * SECOND_MS,
    day: 86_400 * SECOND_MS,
    w: 7 * 86_400 * SECOND_MS,
    week: 7 * 86_400 * SECOND_MS,
    month: 30 * 86_400 * SECOND_MS,
    y: 365 * 86_400 * SECOND_MS,
    year: 365 * 86_400 * SECOND_MS,
  }),
);
const SIZE_UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "": 1,
    b: 1,
    kb: 1e3,
    mb: 1e6,
    gb: 1e9,
    tb: 1e12,
    kib: 2 ** 10,
    mib: 2 ** 20,
    gib: 2 ** 30,
    tib: 2 ** 40,
  }),
);

/** Reads `90s`, `1h30m`, `7d` or `25 hours` as milliseconds; throws USAGE.INVALID. */
export function parseDurationMs(text: string): number {
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g),
  ];
  const isWhole = parts.length > 0 && parts.map((part) => part[0]).join("") === text.trim().toLowerCase();
  const sum = parts.reduce((total, [, amount, unit]) => total + Number(amount) * durationUnitMs(unit ?? ""), 0);
  if (!isWhole || Number.isNaN(sum)) {
    throw new DbopsError("USAGE.INVALID", {
      message: `"${text}" is not a duration`,
      why: "a duration is a number with a unit: ms, s, m, h, d, w or the word",
      hint: 'write for example 90s, 15m, 25h, 7d or "25 hours"',
    });
  }
  return sum;
}

function durationUnitMs(unit: string): number {
  return (
    DURATION_UNITS_MS.get(unit) ??
    (unit.length > 1 ? DURATION_UNITS_MS.get(unit.replace(/s$/, "")) : undefined) ??
    Number.NaN
  );
}

/** Reads `500MB` (10^6) or `512 MiB` (2^20) or plain bytes; throws USAGE.INVALID. */
export function parseSizeBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim().toLowerCase());
  const factor = match === null ? undefined : SIZE_UNITS.get(match[2] ?? "");
  if (match === null || factor === undefined) {
    throw new DbopsError("USAGE.INVALID", {
      message: `"${text}" is not a size`,
      why: "a size is a number of bytes or a number with a unit",
      hint: "write for example 500MB (10^6 bytes) or 512MiB (2^20 bytes)",
    });
  }
  return Math.round(Number(match[1]) * factor);
}

/** 0.4 s, 41 s, 6 h 12 min, 3 d 4 h: at most two units. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(seconds, 60, "min", 1, "s");
  if (seconds < 86_400) return twoUnits(seconds, 3600, "h", 60, "min");
  return twoUnits(seconds, 86_400, "d", 3600, "h");
}

function twoUnits(seconds: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)} ${bigName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** 734 B, 1.2 MB, 52.4 GB: powers of ten, as `MB` is read. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${index === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[index]}`;
}

/** 1,234,567: digits in groups, the same in every locale. */
export function formatCount(count: number | bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1 table, 2,010 tables. */
export function formatNumberOf(noun: string, count: number | bigint): string {
  return `${formatCount(count)} ${noun}${BigInt(count) === 1n ? "" : "s"}`;
}
