import { expect, test } from "vitest";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { createTerminal } from "#dbops/lib/terminal/terminal.js";
import { fakeStreams } from "../support/fake-streams.js";
import { ManualClock } from "../support/manual-clock.js";

const ENTER = "\r";
const CTRL_C = "\x03";
const DOWN = "\x1b[B";

async function open(canPrompt = true) {
  const streams = fakeStreams(80);
  const flags = { isJson: false, isQuiet: false, isVerbose: false, color: false, canPrompt };
  const environment = { LANG: "C.UTF-8" };
  const terminal = await createTerminal({
    streams,
    environment,
    flags,
    clock: new ManualClock(),
    redact: (text) => text,
  });
  return { terminal, streams, prompts: terminal.prompts };
}

test("may ask only where a person is", async () => {
  expect((await open()).terminal.canPrompt).toBe(true);
  expect((await open(false)).terminal.canPrompt).toBe(false);
});

test.each([
  ["y", true],
  ["n", false],
  [ENTER, false],
])("yes or no: %j", async (keys, expected) => {
  const { prompts, streams } = await open();
  const answer = prompts.confirmYesNo("Go on?");
  await streams.stderr.shows("Go on?");
  streams.stdin.type(keys);
  expect(await answer).toBe(expected);
  expect(streams.stdout.text).toBe("");
  expect(streams.stderr.text).not.toContain("\x1b[32m");
});

test("a token must be typed exactly", async () => {
  const { prompts, streams } = await open();
  const answer = prompts.askToken("Type app to destroy it", ["app", "app@db1"]);
  await streams.stderr.shows("Type app");
  streams.stdin.type(`ap${ENTER}`);
  await streams.stderr.shows("type app or app@db1 exactly");
  streams.stdin.type(`p${ENTER}`);
  expect(await answer).toBe(true);
});

test.each(["", "no"])("%j is a refusal", async (keys) => {
  const { prompts, streams } = await open();
  const answer = prompts.askToken("Type app", ["app"]);
  await streams.stderr.shows("Type app");
  streams.stdin.type(keys + ENTER);
  expect(await answer).toBe(false);
});

test("one of several", async () => {
  const { prompts, streams } = await open();
  const choices = [
    { value: { id: 1 }, label: "first" },
    { value: { id: 2 }, label: "\x1b[2Jsecond", hint: "newer" },
  ];
  const answer = prompts.pickOne("Which?", choices);
  await streams.stderr.shows("second");
  streams.stdin.type(DOWN + ENTER);
  expect(await answer).toEqual({ id: 2 });
  expect(streams.stderr.text).toContain("\\x1b[2Jsecond");
});

test("Ctrl-C is an interruption", async () => {
  const { prompts, streams } = await open();
  const answer = prompts.confirmYesNo("Go on?");
  await streams.stderr.shows("Go on?");
  streams.stdin.type(CTRL_C);
  await expect(answer).rejects.toMatchObject({ code: "RUN.INTERRUPTED", exit: 130 });
});

test("a signal ends the question with its own reason", async () => {
  const { prompts, streams } = await open();
  const abort = new AbortController();
  const answer = prompts.pickOne("Which?", [{ value: 1, label: "one" }], abort.signal);
  await streams.stderr.shows("Which?");
  abort.abort(new DbopsError("RUN.TERMINATED", { message: "ended by SIGTERM" }));
  await expect(answer).rejects.toMatchObject({ code: "RUN.TERMINATED" });
});
