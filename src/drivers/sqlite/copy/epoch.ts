import type { EpochUnit } from "../../copy-type-model.js";
import { type MomentParts, momentAt, secondsOf } from "./moment-parts.js";

const MICROS = 1_000_000n;
const PER_SECOND: Readonly<Record<EpochUnit, bigint>> = { s: 1n, ms: 1000n, us: MICROS };
/** Of the Julian day that 1970 begins in the middle of. */
const UNIX_DAY = 2_440_587.5;
const MICROS_PER_DAY = 86_400_000_000;
const MICROS_PER_HALF_DAY = 43_200_000_000n;

/** The moment so many units after 1970; null beyond all calendars. */
export function fromEpoch(count: bigint, unit: EpochUnit): MomentParts | null {
  return fromMicros(count * (MICROS / PER_SECOND[unit]));
}

/** null for a moment between two units. */
export function toEpoch(parts: MomentParts, unit: EpochUnit): bigint | null {
  const micros = toMicros(parts);
  const size = MICROS / PER_SECOND[unit];
  return micros === null || micros % size !== 0n ? null : micros / size;
}

/** The moment of a Julian day number; null when no moment to the microsecond has exactly that number. */
export function fromJulian(days: number): MomentParts | null {
  const micros = Math.round((days - UNIX_DAY) * MICROS_PER_DAY);
  if (!Number.isSafeInteger(micros)) return null;
  const parts = fromMicros(BigInt(micros));
  return parts !== null && julianNumber(BigInt(micros)) === days ? parts : null;
}

/** null when the number that is nearest to it is also that of another moment. */
export function toJulian(parts: MomentParts): number | null {
  const micros = toMicros(parts);
  if (micros === null) return null;
  const days = julianNumber(micros);
  const back = fromJulian(days);
  return back !== null && toMicros(back) === micros ? days : null;
}

function fromMicros(micros: bigint): MomentParts | null {
  const rest = ((micros % MICROS) + MICROS) % MICROS;
  const fraction = rest === 0n ? "" : String(rest).padStart(6, "0").replace(/0+$/, "");
  return momentAt(Number((micros - rest) / MICROS), fraction);
}

function toMicros(parts: MomentParts): bigint | null {
  const seconds = secondsOf(parts);
  return seconds === null ? null : BigInt(seconds) * MICROS + BigInt(parts.fraction.padEnd(6, "0"));
}

/** The double that is nearest to the exact quotient: a decimal of enough digits, as JavaScript reads it. */
function julianNumber(micros: bigint): number {
  const halfDays = 4_881_175n * MICROS_PER_HALF_DAY + micros;
  const scaled = (halfDays * 10n ** 20n) / (2n * MICROS_PER_HALF_DAY);
  const sign = scaled < 0n ? "-" : "";
  return Number(`${sign}${String(scaled < 0n ? -scaled : scaled)}e-20`);
}
