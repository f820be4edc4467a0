import { expect, test } from "vitest";
import { colourLevel, loadPaint } from "#dbops/lib/terminal/colour.js";
import { symbolsFor } from "#dbops/lib/terminal/symbols.js";
import { FakeOutput } from "../support/fake-streams.js";

const screen = new FakeOutput(80);
const file = new FakeOutput();

test.each([
  ["a terminal", screen, {}, null, 1],
  ["a file", file, {}, null, 0],
  ["NO_COLOR on a terminal", screen, { NO_COLOR: "1" }, null, 0],
  ["an empty NO_COLOR", screen, { NO_COLOR: "" }, null, 1],
  ["NO_COLOR before FORCE_COLOR", file, { NO_COLOR: "1", FORCE_COLOR: "1" }, null, 0],
  ["FORCE_COLOR in a file", file, { FORCE_COLOR: "1", TERM: "dumb" }, null, 1],
  ["FORCE_COLOR=0 on a terminal", screen, { FORCE_COLOR: "0" }, null, 0],
  ["a dumb terminal", screen, { TERM: "dumb" }, null, 0],
  ["--color before NO_COLOR", file, { NO_COLOR: "1" }, true, 1],
  ["--no-color before FORCE_COLOR", screen, { FORCE_COLOR: "1" }, false, 0],
] as const)("%s", (_name, stream, environment, flag, level) => {
  expect(colourLevel(stream, environment, flag)).toBe(level);
});

test("paints only where there is colour", async () => {
  expect((await loadPaint(0)).bad("x")).toBe("x");
  expect((await loadPaint(1)).bad("x")).toBe("\x1b[31mx\x1b[39m");
});

test.each([
  [{ LANG: "de_DE.UTF-8" }, "✔"],
  [{ LC_ALL: "C", LANG: "de_DE.UTF-8" }, "[ok]"],
  [{ LANG: "C.utf8", TERM: "linux" }, "[ok]"],
  [{ LANG: "C.utf8", TERM: "dumb" }, "[ok]"],
  [{}, "[ok]"],
])("the sign for success with %j is %s", (environment, sign) => {
  expect(symbolsFor(environment).good).toBe(sign);
});
