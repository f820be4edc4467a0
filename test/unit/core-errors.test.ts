import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "#dbops/lib/core/error-codes.js";
import { asDbopsError, DbopsError, foreignCode, messageOf, reportError } from "#dbops/lib/core/errors.js";
import { EXIT_CODES, exitCode } from "#dbops/lib/core/exit-codes.js";

describe("the table of codes", () => {
  test.each(Object.entries(ERROR_CODES))("%s is AREA.TROUBLE, known by its exit and explained", (code, kind) => {
    expect(code).toMatch(/^[A-Z]+(\.[A-Z]+(_[A-Z]+)*)$/);
    expect(EXIT_CODES).toHaveProperty(kind.exit);
    expect(kind.means).toMatch(/^\S.*[.]$/);
    expect(kind.means).not.toMatch(/sqlite|postgres/i);
  });

  test("codes of one area stand together", () => {
    const areas = Object.keys(ERROR_CODES).map((code) => code.split(".")[0]);
    const runs = areas.filter((area, index) => area !== areas[index - 1]);
    expect(runs).toEqual([...new Set(runs)]);
  });

  test("no error exits as success, findings or part", () => {
    const exits: readonly number[] = Object.values(ERROR_CODES).map(({ exit }) => exitCode(exit));
    for (const exit of [0, 4, 5]) expect(exits).not.toContain(exit);
  });

  test("waiting helps exactly where a lock, a server or time is the trouble", () => {
    for (const [code, kind] of Object.entries(ERROR_CODES)) {
      if ("retryable" in kind) expect(["UNREACHABLE", "LOCKED", "FAILED", "TIMEOUT"], code).toContain(kind.exit);
    }
  });
});

test("exit codes are unique and in the range of a process", () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code >= 0 && code < 256).toBe(true);
});

test("an error knows its exit, and its report keeps the cause to itself", () => {
  const error = new DbopsError("LOCK.HELD", { message: "held", why: "busy", hint: "wait", cause: new Error("secret") });
  expect(error).toMatchObject({ exit: 7, exitName: "LOCKED", retryable: true, name: "DbopsError" });
  const report = { code: "LOCK.HELD", message: "held", why: "busy", hint: "wait", retryable: true };
  expect(reportError(error)).toEqual(report);
  expect(reportError(new DbopsError("USAGE.INVALID", { message: "bad" }))).toEqual({
    code: "USAGE.INVALID",
    message: "bad",
    why: null,
    hint: null,
    retryable: false,
  });
});

test("anything else that is thrown is a bug, with its cause", () => {
  const known = new DbopsError("DB.REFUSED", { message: "no" });
  expect(asDbopsError(known)).toBe(known);
  const thrown = new TypeError("x is not a function");
  const bug = asDbopsError(thrown);
  expect(bug).toMatchObject({ code: "RUN.BUG", exit: 1, message: "unexpected error: x is not a function" });
  expect(bug.cause).toBe(thrown);
  expect(asDbopsError("text").message).toBe("unexpected error: text");
});

test("foreign codes and messages are read from whatever was thrown", () => {
  expect(foreignCode(Object.assign(new Error("x"), { code: "ENOENT" }))).toBe("ENOENT");
  expect([foreignCode(new Error("x")), foreignCode(null), foreignCode("x"), foreignCode({ code: 5 })]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect([messageOf(new Error("x")), messageOf("y"), messageOf(undefined)]).toEqual(["x", "y", "undefined"]);
});

test("what fails while closing does not hide what failed before", async () => {
  const failing: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.reject(new Error("cannot close")) };
  const work = async (): Promise<never> => {
    await using _resource = failing;
    throw new DbopsError("BACKUP.DAMAGED", { message: "the cause" });
  };
  const thrown = await work().catch((error: unknown) => error);
  expect(thrown).not.toBeInstanceOf(DbopsError);
  expect(asDbopsError(thrown)).toMatchObject({ code: "BACKUP.DAMAGED", message: "the cause" });
});
