import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "#dbops/lib/core/clock.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { openForRead } from "#dbops/lib/system/files.js";
import { acquireLockFile, type LockFileOptions } from "#dbops/lib/system/lock-file.js";
import { isAlive, markProcess } from "#dbops/lib/system/processes.js";
import { codeOf, never, temporaryFolder } from "../support/codec-run.js";
import { holdElsewhere, runWithLock } from "../support/lock-holder.js";

const isRoot = process.geteuid?.() === 0;
const STRANGER = 65_534;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let children: ChildRegistry;
let path: string;
let options: LockFileOptions;
const processes: ChildProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  children = new ChildRegistry();
  path = join(folder.path, "store", ".dbops-lock");
  const holder = { run: "run-here", command: "restore" };
  options = { waitMs: 0, holder, children, clock: systemClock, signal: never };
});

afterEach(async () => {
  for (const process of processes.splice(0)) process.kill("SIGKILL");
  await children[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function holder() {
  const held = await holdElsewhere(path);
  processes.push(held.process);
  return held;
}

async function killed(process: ChildProcess): Promise<void> {
  const exit = once(process, "exit");
  process.kill("SIGKILL");
  await exit;
}

async function record(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(`${path}.json`, "utf8"));
}

test("released a second time, it leaves the next holder's record alone", async () => {
  const first = await acquireLockFile(path, options);
  await first[Symbol.asyncDispose]();
  await using _next = await acquireLockFile(path, { ...options, holder: { run: "run-next", command: "backup" } });
  await first[Symbol.asyncDispose]();
  expect(await record()).toMatchObject({ run: "run-next" });
});

test("makes a private lock with a record of its holder, and takes the record away again", async () => {
  const lock = await acquireLockFile(path, options);
  expect(lock).toMatchObject({ place: path, swept: [], warnings: [] });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(`${path}.json`)).mode & 0o777).toBe(0o600);
  expect(await record()).toMatchObject({ version: 1, run: "run-here", command: "restore", pid: process.pid });
  await lock[Symbol.asyncDispose]();
  expect(await codeOf(stat(`${path}.json`))).toContain("ENOENT");
  expect((await stat(path)).isFile()).toBe(true);
});

test("two locks of one process exclude each other by path alone", async () => {
  await using _one = await acquireLockFile(path, options);
  await using _other = await acquireLockFile(`${path}-other`, options);
  expect(await codeOf(acquireLockFile(path, options))).toBe("LOCK.HELD");
});

test("a held lock is refused by naming its holder", async () => {
  const { pid } = await holder();
  const refused = await acquireLockFile(path, options).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "LOCK.HELD", exit: 7, retryable: true });
  const why = refused instanceof DbopsError ? refused.why : null;
  expect(why).toContain(`run run-elsewhere (backup create), process ${pid} on `);
  expect(why).toMatch(/since \d{4}-\d\d-\d\dT/);
});

test("plain file access that would drop the lock is refused", async () => {
  const lock = await acquireLockFile(path, options);
  expect(await codeOf(openForRead(path))).toBe("RUN.BUG");
  const outcome = await text(runWithLock(path, "console.log('taken')").stdout);
  expect(outcome.trim()).toBe("LOCK.HELD");
  await lock[Symbol.asyncDispose]();
  await (await openForRead(path)).close();
  expect((await text(runWithLock(path, "console.log('taken')").stdout)).trim()).toBe("taken");
});

describe("waiting", () => {
  test("ends with the lock when its holder ends", async () => {
    const { process } = await holder();
    const waiting = acquireLockFile(path, { ...options, waitMs: 60_000 });
    await killed(process);
    await using lock = await waiting;
    expect(lock.place).toBe(path);
  });

  test("ends with LOCK.HELD after its time", async () => {
    await using _held = await acquireLockFile(path, options);
    expect(await codeOf(acquireLockFile(path, { ...options, waitMs: 120 }))).toBe("LOCK.HELD");
  });

  test("ends with the signal's reason on an abort", async () => {
    await using _held = await acquireLockFile(path, options);
    const controller = new AbortController();
    const reason = new DbopsError("RUN.INTERRUPTED", { message: "Ctrl-C" });
    const waiting = acquireLockFile(path, { ...options, waitMs: 60_000, signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test("of several, each gets its turn", async () => {
    const turns: number[] = [];
    let holders = 0;
    await Promise.all(
      [1, 2, 3, 4].map(async (number) => {
        await using _lock = await acquireLockFile(path, { ...options, waitMs: 60_000 });
        holders += 1;
        expect(holders).toBe(1);
        await record();
        turns.push(number);
        holders -= 1;
      }),
    );
    expect(turns.sort()).toEqual([1, 2, 3, 4]);
  });
});

describe("children", () => {
  test("are in the record while they live", async () => {
    await using _lock = await acquireLockFile(path, options);
    const child = await children.start({ command: "sleep", args: ["600"], env: { PATH: "/usr/bin:/bin" } });
    expect((await record()).children).toEqual([await markProcess(child.pid)]);
    await child.end();
    await vi.waitFor(async () => expect((await record()).children).toEqual([]));
  });

  test("started before the lock are in the record too", async () => {
    const child = await children.start({ command: "sleep", args: ["600"], env: { PATH: "/usr/bin:/bin" } });
    await using _lock = await acquireLockFile(path, options);
    expect((await record()).children).toEqual([await markProcess(child.pid)]);
  });

  test("of a holder killed by kill -9 are ended by the next", async () => {
    const { process, child } = await holder();
    await killed(process);
    expect(await isAlive(child)).toBe(true);
    await using lock = await acquireLockFile(path, options);
    expect(lock.swept).toEqual([`ended process ${child.pid}, left behind by run run-elsewhere (backup create)`]);
    expect(lock.dead).toMatchObject({ run: "run-elsewhere" });
    expect(await isAlive(child)).toBe(false);
    expect(await record()).toMatchObject({ run: "run-here", children: [] });
  });

  test.each([
    ["whose pid belongs to a later process", { startTicks: "1" }, {}],
    ["of another machine", {}, { host: "elsewhere.example" }],
    ["of an earlier boot", {}, { bootId: "00000000-0000-0000-0000-000000000000" }],
  ])("%s are left alone", async (_what, mark, fields) => {
    const { process, child } = await holder();
    await killed(process);
    const altered = { ...(await record()), children: [{ ...child, ...mark }], ...fields };
    await writeFile(`${path}.json`, JSON.stringify(altered));
    const lock = await acquireLockFile(path, options);
    expect(lock.swept).toEqual([]);
    expect(await isAlive(child)).toBe(true);
    await lock[Symbol.asyncDispose]();
    globalThis.process.kill(-child.pid, "SIGKILL");
  });
});

describe("a record", () => {
  test.each(["", "{", "[]", "null", '{"version":1,"children":[{"pid":1,"startTicks":"1"}]}'])(
    "that says %j stops nobody",
    async (content) => {
      await mkdir(join(folder.path, "store"));
      await writeFile(`${path}.json`, content);
      await using lock = await acquireLockFile(path, options);
      expect(lock).toMatchObject({ swept: [], dead: null });
    },
  );

  test("that cannot be written is a warning, for a full disk must not stop the clean-up", async () => {
    await mkdir(`${path}.json.partial`, { recursive: true });
    await using lock = await acquireLockFile(path, options);
    expect(lock.warnings).toEqual([expect.stringContaining("cannot be written")]);
    expect(await codeOf(acquireLockFile(path, options))).toBe("LOCK.HELD");
  });
});

describe("who may not have it", () => {
  test("is told so: a file in place of the folder, or something else in place of the lock", async () => {
    await writeFile(join(folder.path, "store"), "");
    expect(await codeOf(acquireLockFile(path, options))).toBe("LOCK.UNUSABLE");
    const odd = join(folder.path, "odd");
    await writeFile(odd, "this is no database at all, but text ".repeat(100));
    expect(await codeOf(acquireLockFile(odd, options))).toBe("LOCK.UNUSABLE");
    expect(await readFile(odd, "utf8")).toContain("no database");
  });

  test("another user is told so", async () => {
    await (await acquireLockFile(path, options))[Symbol.asyncDispose]();
    await chmod(folder.path, 0o755);
    const store = join(folder.path, "store");
    if (isRoot) await chmod(store, 0o755);
    else await Promise.all([chmod(path, 0o000), chmod(store, 0o500)]);
    const stranger = runWithLock(path, "console.log('taken')", isRoot ? STRANGER : undefined);
    expect((await text(stranger.stdout)).trim()).toBe("LOCK.UNUSABLE");
    await chmod(store, 0o700);
  });

  test("root and the folder's owner exclude each other", async () => {
    await mkdir(join(folder.path, "store"));
    const owner = isRoot ? STRANGER : undefined;
    await chmod(folder.path, 0o755);
    if (isRoot) await chown(join(folder.path, "store"), STRANGER, STRANGER);
    const lock = await acquireLockFile(path, options);
    expect((await text(runWithLock(path, "console.log('taken')", owner).stdout)).trim()).toBe("LOCK.HELD");
    await lock[Symbol.asyncDispose]();
    expect((await text(runWithLock(path, "console.log('taken')", owner).stdout)).trim()).toBe("taken");
  });
});

test("the holder's own group is not taken for an orphan", async () => {
  const group = spawn("sleep", ["600"], { detached: false });
  processes.push(group);
  await mkdir(join(folder.path, "store"));
  const machine = await acquireLockFile(path, options);
  const own = { ...(await record()), children: [await markProcess(group.pid ?? 0)] };
  await machine[Symbol.asyncDispose]();
  await writeFile(`${path}.json`, JSON.stringify(own));
  await using lock = await acquireLockFile(path, options);
  expect(lock.swept).toHaveLength(1);
  expect(await isAlive(await markProcess(process.pid))).toBe(true);
});
