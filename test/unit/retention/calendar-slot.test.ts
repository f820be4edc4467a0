import { expect, test } from "vitest";
import { calendarSlot } from "#dbops/lib/retention/calendar-slot.js";

test.each([
  ["2026-11-20T12:00:00Z", "2026-W47"],
  ["2026-01-01T00:00:00Z", "2026-W01"],
  ["2027-01-01T00:00:00Z", "2026-W53"],
  ["2027-01-03T23:59:59Z", "2026-W53"],
  ["2027-01-04T00:00:00Z", "2027-W01"],
  ["2024-12-29T23:59:59.999Z", "2024-W52"],
  ["2024-12-30T00:00:00Z", "2025-W01"],
  ["2021-01-03T12:00:00Z", "2020-W53"],
  ["2022-01-01T12:00:00Z", "2021-W52"],
  ["2016-02-29T00:00:00Z", "2016-W09"],
])("%s lies in ISO week %s", (at, week) => {
  expect(calendarSlot("weekly", new Date(at))).toBe(week);
});

test("slots are UTC, whatever the local time zone and its summer time", () => {
  const beforeMidnight = new Date("2026-10-24T23:59:59.999Z");
  const afterMidnight = new Date("2026-10-25T00:00:00Z");
  expect(calendarSlot("daily", beforeMidnight)).toBe("2026-10-24");
  expect(calendarSlot("daily", afterMidnight)).toBe("2026-10-25");
  expect(calendarSlot("monthly", new Date("2026-01-31T23:59:59Z"))).toBe("2026-01");
  expect(calendarSlot("yearly", new Date("2026-12-31T23:59:59Z"))).toBe("2026");
  expect(calendarSlot("yearly", new Date("2027-01-01T00:00:00Z"))).toBe("2027");
});

test("every day of 60 years has the week that counting Mondays gives", () => {
  for (let ms = Date.UTC(1999, 11, 1); ms < Date.UTC(2060, 0, 1); ms += 86_400_000) {
    expect(calendarSlot("weekly", new Date(ms))).toBe(weekByCounting(ms));
  }
});

/** Week 1 is the one with 4 January; weeks are counted from its Monday. */
function weekByCounting(ms: number): string {
  const year = new Date(ms).getUTCFullYear();
  for (const candidate of [year + 1, year, year - 1]) {
    const fourth = Date.UTC(candidate, 0, 4);
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * 86_400_000;
    if (ms >= monday)
      return `${candidate}-W${String(1 + Math.floor((ms - monday) / (7 * 86_400_000))).padStart(2, "0")}`;
  }
  throw new Error("no year fits");
}
