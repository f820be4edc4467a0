import { describe, expect, test } from "vitest";
import { canonicalJson } from "#dbops/lib/core/canonical-json.js";
import { basicTime, systemClock, timed } from "#dbops/lib/core/clock.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { randomIds } from "#dbops/lib/core/ids.js";
import { highestRisk } from "#dbops/lib/core/plan.js";
import { withRetries } from "#dbops/lib/core/retry.js";
import { didYouMean } from "#dbops/lib/core/suggestion.js";
import { ManualClock } from "../support/manual-clock.js";

describe("suggestions", () => {
  const words = ["backup", "restore", "cleanup", "list", "config show"];
  test.each([
    ["lits", "list"],
    ["bakcup", "backup"],
    ["Restor", "restore"],
    ["clenup", "cleanup"],
    ["config shwo", "config show"],
  ])("%s is taken for %s", (word, meant) => {
    expect(didYouMean(word, words)).toBe(meant);
  });

  test.each(["x", "", "monitor", "bk", "tsil"])("%j is like nothing", (word) => {
    expect(didYouMean(word, words)).toBeNull();
  });

  test("one letter is not like another, and the nearest wins", () => {
    expect(didYouMean("x", ["y"])).toBeNull();
    expect(didYouMean("staus", ["stats", "status"])).toBe("stats");
    expect(didYouMean("anything", [])).toBeNull();
  });
});

describe("canonical JSON", () => {
  test("does not depend on the order of keys, and keeps that of lists", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 3], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},3]}');
    expect(canonicalJson({ 10: "x", 9: "y", a: "z" })).toBe(canonicalJson({ a: "z", 9: "y", 10: "x" }));
  });

  test("is JSON that reads back the same", () => {
    const value = { 'ü\n"': ["", 0, -1.5, true, null, { __proto__x: {} }], empty: {} };
    expect(JSON.parse(canonicalJson(value))).toEqual(value);
  });

  test("drops what JSON cannot say", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});

describe("retries", () => {
  const never = new AbortController().signal;
  const refused = () => new DbopsError("CONNECT.REFUSED", { message: "refused" });

  /** Work that fails with these errors, one after the other, and then succeeds. */
  function failing(errors: readonly unknown[]) {
    const state = { tries: 0 };
    const work = async (): Promise<string> => {
      const error = errors[state.tries];
      state.tries += 1;
      if (error !== undefined) throw error;
      return "done";
    };
    return { state, work };
  }

  test("succeed when a later try does", async () => {
    const { state, work } = failing([refused(), refused()]);
    expect(await withRetries(never, work)).toBe("done");
    expect(state.tries).toBe(3);
  });

  test("end with the third error", async () => {
    const errors = [refused(), refused(), refused(), refused()];
    const { state, work } = failing(errors);
    await expect(withRetries(never, work)).rejects.toBe(errors[2]);
    expect(state.tries).toBe(3);
  });

  test("are not made where they cannot help", async () => {
    for (const error of [new DbopsError("CONNECT.PASSWORD", { message: "wrong" }), new Error("bug")]) {
      const { state, work } = failing([error]);
      await expect(withRetries(never, work)).rejects.toBe(error);
      expect(state.tries).toBe(1);
    }
  });

  test("stop at an abort, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new DbopsError("RUN.INTERRUPTED", { message: "Ctrl-C" });
    const retried = withRetries(controller.signal, async () => {
      setImmediate(() => controller.abort(reason));
      throw refused();
    });
    await expect(retried).rejects.toBe(reason);
  });
});

test("stamps are whole seconds of UTC that sort as text", () => {
  expect(basicTime(new Date("2026-09-01T02:15:00.999Z"))).toBe("20260901T021500Z");
  expect(basicTime(new Date("2026-09-01T04:15:00+02:00"))).toBe("20260901T021500Z");
});

test("durations come from the clock that never jumps", async () => {
  const clock = new ManualClock();
  const work = async () => {
    clock.pass(1234.6);
    return "value";
  };
  expect(await timed(clock, work)).toEqual({ value: "value", durationMs: 1235 });
  expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(0);
});

test("random names have the length asked for", () => {
  for (const length of [1, 6, 7, 32]) expect(randomIds.hex(length)).toMatch(new RegExp(`^[0-9a-f]{${length}}$`));
  expect(randomIds.hex(16)).not.toBe(randomIds.hex(16));
});

test("a plan is as risky as its worst step", () => {
  const step = (risk: "safe" | "locks" | "rewrites" | "destroys") => ({ summary: "", risk });
  expect(highestRisk([])).toBe("safe");
  expect(highestRisk([step("locks"), step("destroys"), step("safe")])).toBe("destroys");
  expect(highestRisk([step("rewrites"), step("locks")])).toBe("rewrites");
});
