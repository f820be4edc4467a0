import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { ChildRegistry, toolFailed } from "#dbops/lib/system/child-registry.js";
import { isAlive, markProcess, type ProcessMark } from "#dbops/lib/system/processes.js";
import { findProgram } from "#dbops/lib/system/programs.js";
import { codeOf, never, temporaryFolder } from "../support/codec-run.js";

const env = { PATH: "/usr/bin:/bin" };
let children: ChildRegistry;

beforeEach(() => {
  children = new ChildRegistry();
});

afterEach(() => children[Symbol.asyncDispose]());

function shell(script: string, ...args: readonly string[]) {
  return { command: "sh", args: ["-c", script, "sh", ...args], env };
}

describe("run", () => {
  test("gives both outputs of a program that ends well", async () => {
    const said = await children.run(shell("echo out; echo err >&2"), never);
    expect(said).toEqual({ stdout: "out\n", stderr: "err\n" });
  });

  test("passes arguments and environment exactly, without a shell's eyes", async () => {
    const odd = "$(touch x) 'a' \"b\" *";
    const spec = { ...shell(`printf %s "$1$VALUE"`, odd), env: { ...env, VALUE: odd, ABSENT: undefined } };
    expect((await children.run(spec, never)).stdout).toBe(odd + odd);
  });

  test("reports a bad end with the program's last words", async () => {
    const failed = children.run(shell("echo one >&2; echo 'two: it broke' >&2; exit 3"), never);
    await expect(failed).rejects.toMatchObject({
      code: "TOOL.FAILED",
      message: "sh ended with exit status 3",
      why: "one\ntwo: it broke",
    });
  });

  test("reports a killed program by its signal", async () => {
    const failed = children.run(shell("kill -9 $$"), never);
    await expect(failed).rejects.toMatchObject({ code: "TOOL.FAILED", message: "sh ended with signal SIGKILL" });
  });

  test("knows a full disk by the program's words", async () => {
    const words = "echo 'write: No space left on device' >&2; exit 1";
    expect(await codeOf(children.run(shell(words), never))).toBe("RESOURCE.DISK_FULL");
  });

  test("names the package of a missing program", async () => {
    const spec = { command: "no-such-program", args: [], env, installHint: "install the package nothing" };
    const failed = children.run(spec, never);
    await expect(failed).rejects.toMatchObject({ code: "TOOL.MISSING", hint: "install the package nothing" });
    expect(children.live).toEqual([]);
  });

  test("ends the program on an abort, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new DbopsError("RUN.TERMINATED", { message: "SIGTERM" });
    const marks: ProcessMark[] = [];
    children.onChange(async (now) => {
      marks.push(...now);
      controller.abort(reason);
    });
    await expect(children.run(shell("sleep 600"), controller.signal)).rejects.toBe(reason);
    expect(await Promise.all(marks.map(isAlive))).toEqual([false]);
  });

  test("starts nothing after an abort", async () => {
    const reason = new DbopsError("RUN.TERMINATED", { message: "SIGTERM" });
    await using folder = await temporaryFolder();
    const file = join(folder.path, "made");
    await expect(children.run(shell(': > "$1"', file), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await codeOf(readFile(file))).toContain("ENOENT");
  });
});

describe("children", () => {
  test("are in process groups of their own, which end as a whole", async () => {
    const child = await children.start(shell("sleep 600 & echo $!; wait"));
    const [line] = child.stdout === null ? [""] : await once(child.stdout, "data");
    const grandchild = await markProcess(Number(String(line)));
    expect(await isAlive(grandchild)).toBe(true);
    await child.end();
    expect(await isAlive(grandchild)).toBe(false);
  });

  test("that ignore SIGTERM are killed", async () => {
    const child = await children.start(shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
    if (child.stdout !== null) await once(child.stdout, "data");
    await child.end();
    expect(await child.ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  test("end with the registry", async () => {
    const own = new ChildRegistry();
    await own.start(shell("sleep 600"));
    await own.start(shell("sleep 600"));
    const marks = own.live;
    expect(marks).toHaveLength(2);
    await own[Symbol.asyncDispose]();
    expect(own.live).toEqual([]);
    expect(await Promise.all(marks.map(isAlive))).toEqual([false, false]);
  });

  test("are told of before they are used, and no more once nobody listens", async () => {
    const told: number[] = [];
    const listening = children.onChange(async (marks) => {
      await new Promise((resolve) => setImmediate(resolve));
      told.push(marks.length);
    });
    const child = await children.start(shell("sleep 600"));
    expect(told).toEqual([1]);
    listening[Symbol.dispose]();
    await child.end();
    expect(told).toEqual([1]);
  });

  test("that end before anybody looks are not lost", async () => {
    const child = await children.start(shell("exit 7"));
    expect(await child.ended).toMatchObject({ code: 7, signal: null });
    await child.end();
    expect(children.live).toEqual([]);
  });
});

test("only the end of a long complaint is kept", async () => {
  const noise =
    "i=0; while [ $i -lt 3000 ]; do echo 'a line of noise that is rather long, to fill the room' >&2; i=$((i+1)); done";
  const child = await children.start(shell(`${noise}; echo last >&2; exit 1`));
  const end = await child.ended;
  expect(end.stderr.length).toBeLessThanOrEqual(64 * 1024);
  expect(toolFailed("/usr/bin/sh", end).why).toMatch(/\nlast$/);
});

test("programs are found on PATH alone", async () => {
  expect(await findProgram("sh", env)).toMatch(/^\/(usr\/)?bin\/sh$/);
  expect(await findProgram("sh", {})).toMatch(/bin\/sh$/);
  expect(await findProgram("sh", { PATH: "/nonexistent:/etc" })).toBeNull();
  expect(await findProgram("passwd", { PATH: "/etc" })).toBeNull();
});
