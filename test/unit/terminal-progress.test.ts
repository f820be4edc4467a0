import { expect, test } from "vitest";
import { createTerminal, type TerminalFlags } from "#dbops/lib/terminal/terminal.js";
import { fakeStreams } from "../support/fake-streams.js";
import { ManualClock } from "../support/manual-clock.js";

const flags: TerminalFlags = { isJson: false, isQuiet: false, isVerbose: false, color: null, canPrompt: true };
const redact = (text: string) => text.replaceAll("hunter2", "***");

async function open(columns: number | undefined, changed: Partial<TerminalFlags> = {}, environment = {}) {
  const streams = fakeStreams(columns);
  const clock = new ManualClock();
  const options = {
    streams,
    clock,
    redact,
    flags: { ...flags, ...changed },
    environment: { LANG: "C.UTF-8", ...environment },
  };
  return { terminal: await createTerminal(options), streams, clock };
}

test("off a terminal: one line per phase, and one on its way in 30 s", async () => {
  const { terminal, streams, clock } = await open(undefined);
  const phase = terminal.progress.phase("copying", { total: 4_000_000_000, unit: "bytes" });
  for (let second = 0; second < 70; second += 1) {
    clock.pass(1000);
    phase.advance(50_000_000);
  }
  phase.done();
  terminal.progress.phase("checking").done("12 tables");
  await terminal.flush();
  expect(streams.stderr.text).toBe(
    [
      "copying  37 %  1.5 GB of 4.0 GB  50.0 MB/s  50 s left",
      "copying  75 %  3.0 GB of 4.0 GB  50.0 MB/s  20 s left",
      "copying: 3.5 GB in 1 min 10 s",
      "checking: 12 tables",
      "",
    ].join("\n"),
  );
  expect(streams.stdout.text).toBe("");
});

test.each([
  ["--quiet", undefined, { isQuiet: true }],
  ["--quiet on a terminal", 80, { isQuiet: true }],
  ["--json", undefined, { isJson: true }],
] as const)("nothing on success with %s, but warnings", async (_name, columns, changed) => {
  const { terminal, streams, clock } = await open(columns, changed);
  const phase = terminal.progress.phase("copying");
  clock.pass(60_000);
  phase.advance(1);
  phase.done();
  terminal.progress.note("zstd not found");
  await terminal.flush();
  expect(streams.stderr.text).toBe("");
  terminal.progress.warn("disk almost full, hunter2");
  await terminal.flush();
  expect(streams.stderr.text).toContain("disk almost full, ***");
  expect(terminal.warnings).toEqual(["disk almost full, ***"]);
});

test("on a terminal: a moving line that is gone at the end, and one line left behind", async () => {
  const { terminal, streams, clock } = await open(60, { isJson: true });
  const phase = terminal.progress.phase("copying", { total: 100, unit: "rows" });
  phase.at(42);
  await streams.stderr.shows("copying  42 %  42 of 100 rows");
  terminal.progress.warn("slow hunter2");
  clock.pass(2000);
  phase.done();
  await terminal.flush();
  const { text } = streams.stderr;
  expect(text).toContain("\x1b[33m⚠ slow ***\x1b[39m\n");
  expect(text.endsWith("\x1b[?25h\x1b[32m✔\x1b[39m copying: 42 rows in 2.0 s\n")).toBe(true);
  expect(streams.stdout.text).toBe("");
});

test("one thing is told as one", async () => {
  const { terminal, streams, clock } = await open(undefined);
  const phase = terminal.progress.phase("looking", { total: 1, unit: "tables" });
  clock.pass(2000);
  phase.advance(1);
  phase.done();
  await terminal.flush();
  expect(streams.stderr.text).toBe("looking: 1 table in 2.0 s\n");
});

test("what else was counted stands beside the bytes, on a terminal and off it", async () => {
  const live = await open(80);
  live.terminal.progress.phase("importing t", { total: 100, unit: "bytes" }).at(50, undefined, "1,234 records");
  await live.streams.stderr.shows("importing t  50 %  50 B of 100 B  1,234 records");
  const plain = await open(undefined);
  const phase = plain.terminal.progress.phase("importing t");
  plain.clock.pass(40_000);
  phase.at(0, undefined, "2 records");
  await plain.terminal.flush();
  expect(plain.streams.stderr.text).toBe("importing t  2 records  40 s\n");
  await live.terminal.flush();
});

test("on a terminal: a step that took no time and counted nothing leaves no line", async () => {
  const { terminal, streams, clock } = await open(60);
  terminal.progress.phase("renaming").done();
  terminal.progress.phase("keeping others out").done("2 sessions ended");
  const slow = terminal.progress.phase("swapping");
  clock.pass(200);
  slow.done();
  await terminal.flush();
  expect(streams.stderr.text).not.toContain("renaming: ");
  expect(streams.stderr.text).toContain("keeping others out: 2 sessions ended\n");
  expect(streams.stderr.text).toContain("swapping: 200 ms\n");
});

test("a terminal that says 0 columns is one of 80", async () => {
  const { terminal, streams } = await open(0);
  const columns = [{ title: "name" }, { title: "note" }];
  const rows = [["x".repeat(40), "y".repeat(200)]];
  await terminal.showView({ blocks: [{ kind: "table", columns, rows, empty: "" }] });
  await terminal.flush();
  expect(streams.stdout.text.split("\n")[2]).toHaveLength(80);
});

test("the moving line says how long it will take, and where it is narrow not how fast it goes", async () => {
  const lines = ["copying  50 %  50 of 100 rows  5 rows/s  10 s left", "copying  50 %  50 of 100 rows  10 s left"];
  for (const [at, columns] of [54, 53].entries()) {
    const { terminal, streams, clock } = await open(columns);
    const phase = terminal.progress.phase("copying", { total: 100, unit: "rows" });
    clock.pass(10_000);
    phase.at(50);
    await streams.stderr.shows(String(lines[at]));
    await terminal.flush();
  }
});

test("the moving line never wraps", async () => {
  const { terminal, streams } = await open(20);
  terminal.progress.phase("a title much longer than the terminal is wide");
  await streams.stderr.shows("⠋");
  await terminal.flush();
  expect(streams.stderr.text).toContain("⠋  a title much lo…");
});

test("an error ends the moving line", async () => {
  const { terminal, streams } = await open(80);
  terminal.progress.phase("copying");
  await streams.stderr.shows("copying");
  await terminal.showError({ code: "RUN.BUG", message: "broken", why: null, hint: null, retryable: false });
  const length = streams.stderr.text.length;
  await terminal.flush();
  expect(streams.stderr.text).toHaveLength(length);
  expect(streams.stderr.text).toContain("\x1b[?25h\x1b[31m✖ broken");
});

test.each([
  ["CI with a pseudo-terminal", { CI: "true" }],
  ["a dumb terminal", { TERM: "dumb" }],
])("plain lines and no questions in %s", async (_name, environment) => {
  const { terminal, streams } = await open(80, { color: false }, environment);
  terminal.progress.phase("copying").done();
  await terminal.flush();
  expect(streams.stderr.text).toBe("copying: 0 ms\n");
  expect(terminal.canPrompt).toBe(false);
});

test("two terminals in one process do not mix", async () => {
  const [one, two] = [await open(undefined), await open(undefined)];
  one.terminal.progress.warn("first");
  await two.terminal.showView({ blocks: [{ kind: "text", text: "second" }] });
  await Promise.all([one.terminal.flush(), two.terminal.flush()]);
  expect(one.streams.stderr.text).toBe("⚠ first\n");
  expect(two.terminal.warnings).toEqual([]);
  expect(two.streams.stdout.text).toBe("second\n");
});
