import { expect, test } from "vitest";
import { formatLocalTime } from "#dbops/lib/core/local-time.js";
import { Redactor } from "#dbops/lib/core/redaction.js";
import { displayWidth, truncateToWidth } from "#dbops/lib/terminal/display-width.js";
import { jsonText } from "#dbops/lib/terminal/json-text.js";
import { visibleText } from "#dbops/lib/terminal/visible-text.js";

test.each([
  ["users", 5],
  ["日本語", 6],
  ["e\u0301", 1],
  ["👩‍👩‍👧", 2],
  ["한글", 4],
  ["✔", 1],
  ["", 0],
])("the width of %j is %i", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test("truncation never splits a character and never exceeds the width", () => {
  expect(truncateToWidth("日本語です", 6, "…")).toBe("日本…");
  expect(truncateToWidth("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5, "…")).toBe("👩‍👩‍👧👩‍👩‍👧…");
  expect(truncateToWidth("short", 5, "…")).toBe("short");
});

test("control characters are written out", () => {
  expect(visibleText("a\x1b]0;owned\x07b\r\n\tc\x7f\u009b31m\u202e")).toBe(
    "a\\x1b]0;owned\\x07b\\r\n\\tc\\x7f\\x9b31m\\u{202e}",
  );
});

test("redaction cannot break a JSON document", () => {
  const redactor = new Redactor();
  const document = {
    why: "password=hunter2",
    url: "postgres://u:p@h/d",
    at: "x@y",
    big: 2n ** 60n,
    small: 7n,
    esc: "\u009b",
  };
  const text = jsonText(document, (value) => redactor.redact(value));
  expect(JSON.parse(text)).toEqual({
    why: "password=***",
    url: "postgres://u:***@h/d",
    at: "x@y",
    big: "1152921504606846976",
    small: 7,
    esc: "\u009b",
  });
  expect(text).toContain("\\u009b");
});

test("local time carries its zone", () => {
  const text = formatLocalTime(new Date("2026-09-01T02:15:00Z"));
  expect(text).toMatch(/^2026-(?:08-31|09-01) \d\d:\d\d:00 [+-]\d\d:\d\d$/);
  expect(new Date(text.replace(" ", "T").replace(" ", "")).toISOString()).toBe("2026-09-01T02:15:00.000Z");
});
