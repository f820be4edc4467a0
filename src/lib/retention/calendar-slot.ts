const DAY_MS = 86_400_000;
const THURSDAY = 4;

export const SLOT_UNITS = ["daily", "weekly", "monthly", "yearly"] as const;
export type SlotUnit = (typeof SLOT_UNITS)[number];

/** The UTC slot of an instant: `2026-11-20`, `2026-W47` (ISO 8601 week and its own year), `2026-11`, `2026`. */
export function calendarSlot(unit: SlotUnit, at: Date): string {
  return SLOT_OF[unit](at);
}

const SLOT_OF = {
  daily: (at) => at.toISOString().slice(0, 10),
  weekly: isoWeek,
  monthly: (at) => at.toISOString().slice(0, 7),
  yearly: (at) => at.toISOString().slice(0, 4),
} as const satisfies Record<SlotUnit, (at: Date) => string>;

/** A week belongs to the year that holds its Thursday. */
function isoWeek(at: Date): string {
  const midnightMs = Math.floor(at.getTime() / DAY_MS) * DAY_MS;
  const weekday = at.getUTCDay() === 0 ? 7 : at.getUTCDay();
  const thursday = new Date(midnightMs + (THURSDAY - weekday) * DAY_MS);
  const dayOfYear = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / DAY_MS;
  const week = Math.floor(dayOfYear / 7) + 1;
  return `${thursday.toISOString().slice(0, 4)}-W${String(week).padStart(2, "0")}`;
}
