import type { ZoneClock } from "./zone-clock.js";

/** No zone puts its clocks forward and back again within so few days. */
const STEP_SECONDS = 7 * 86_400;
/** 1900 to 2200: before, clocks went by the sun; behind, nobody knows. */
const FIRST = -2_208_988_800;
const LAST = 7_258_118_400;

/** Local times that a clock never shows: from the first on, before the second. */
export type ZoneGap = readonly [start: number, end: number];

/** What clocks skip between two local times, as seconds since the shown 1970. */
export function zoneGaps(clock: ZoneClock, from: number, to: number): readonly ZoneGap[] {
  const gaps: ZoneGap[] = [];
  const offset = (utc: number): number => clock.toLocal(utc) - utc;
  const end = Math.min(to, LAST) + STEP_SECONDS;
  const start = Math.max(from, FIRST) - STEP_SECONDS;
  let before = offset(start);
  for (let utc = start; utc < end; utc += STEP_SECONDS) {
    const after = offset(utc + STEP_SECONDS);
    if (after > before) {
      const change = changeOf(offset, utc, after);
      gaps.push([change + before, change + after]);
    }
    before = after;
  }
  return gaps;
}

/** When the clocks begin to show the later time. */
function changeOf(offset: (utc: number) => number, start: number, after: number): number {
  let [low, high] = [start, start + STEP_SECONDS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === after) high = middle;
    else low = middle;
  }
  return high;
}
