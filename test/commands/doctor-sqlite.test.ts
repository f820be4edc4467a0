import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { doctorCommand } from "#dbops/commands/doctor/doctor.js";
import { systemClock } from "#dbops/lib/core/clock.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { acquireLockFile } from "#dbops/lib/system/lock-file.js";
import { thisMachine } from "#dbops/lib/system/lock-record.js";
import { ManualClock } from "../support/manual-clock.js";
import { runCli } from "../support/run-cli.js";
import { runUnprivileged } from "../support/run-unprivileged.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

interface Check {
  readonly target: string | null;
  readonly subject: string;
  readonly status: string;
  readonly detail: string;
  readonly fix: string | null;
}

let folder: Awaited<ReturnType<typeof testFolder>>;
let scratch: string;

beforeEach(async () => {
  folder = await testFolder();
  scratch = folder.file("scratch");
  await mkdir(scratch);
  sqlite(folder.file("app.db"), "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
  await config("  app: app.db\n");
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

describe("when all is well", () => {
  test("every line is ok, and the last one says what to do next", async () => {
    await backup();
    const { exit, checks, data } = await doctor();
    expect(checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect([exit, data.errors, data.warnings]).toEqual([0, 0, 0]);
    expect(data.ok).toBe(checks.length);
    expect((await doctorCommand.schema()).safeParse(data).error).toBeUndefined();
    expect(line(checks, "connection")).toMatchObject({ target: "app", detail: expect.stringContaining("app.db") });
    expect(line(checks, "store contents").detail).toMatch(/^1 backup, the newest is/);
    const human = await runCli(["doctor"], { cwd: folder.path });
    expect(human.stdout).toMatch(/ok, 0 warnings, 0 errors\n\nnext: dbops backup app --verify restore\n$/);
  });

  test("nothing is made or changed by looking", async () => {
    const before = await readdir(folder.path);
    await doctor();
    expect((await readdir(folder.path)).filter((name) => name !== ".home")).toEqual(before);
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe("what cannot be reached", () => {
  test("is a line with reason and fix, and everything else is still checked", async () => {
    await config("  gone: gone.db\n  app: app.db\n");
    const { exit, checks } = await doctor();
    expect(exit).toBe(4);
    expect(line(checks, "connection")).toMatchObject({
      target: "gone",
      status: "error",
      detail: expect.stringContaining("does not exist (CONNECT.FILE_MISSING)"),
      fix: expect.stringContaining("check the path"),
    });
    expect(
      checks.some(({ target, subject, status }) => target === "app" && subject === "connection" && status === "ok"),
    ).toBe(true);
    expect(line(checks, "scratch space").status).toBe("ok");
  });

  test("of a target that is named", async () => {
    const { exit, checks } = await doctor("./nope.db");
    expect([exit, line(checks, "connection").status]).toEqual([4, "error"]);
  });
});

test("without any target the machine is checked, and the engines' programs", async () => {
  await config(" {}\n");
  const { exit, checks } = await doctor();
  expect(exit).toBe(0);
  const subjects = checks.map(({ subject }) => subject);
  expect(subjects).toEqual(expect.arrayContaining(["dbops", "zstd", "state folder", "scratch", "pg_dump", "store"]));
  expect(checks.every(({ target }) => target === null)).toBe(true);
});

describe("the store", () => {
  test("that others may write is an error, that others may read a warning", async () => {
    await backup();
    await chmod(folder.file("backups"), 0o755);
    expect(line((await doctor()).checks, "store permissions")).toMatchObject({
      status: "warning",
      fix: `chmod 700 ${folder.file("backups")}`,
    });
    await chmod(folder.file("backups"), 0o777);
    const { exit, checks } = await doctor();
    expect([exit, line(checks, "store permissions").status]).toEqual([4, "error"]);
  });

  test("that may not be written", async () => {
    await backup();
    await chmod(folder.file("backups"), 0o500);
    const { exit, stdout } = await runUnprivileged(["doctor", "--json"], folder.path);
    await chmod(folder.file("backups"), 0o700);
    expect(exit).toBe(4);
    expect(line(JSON.parse(stdout).data.checks, "store")).toMatchObject({
      status: "error",
      detail: expect.stringContaining("cannot be written"),
    });
  });

  test("that is a file", async () => {
    await writeFile(folder.file("backups"), "");
    expect(line((await doctor()).checks, "store")).toMatchObject({
      status: "error",
      fix: expect.stringContaining("--store"),
    });
  });

  test("with a manifest that somebody edited", async () => {
    await backup();
    const names = await readdir(folder.file("backups"));
    const manifest = names.find((name) => /_[0-9a-f]{6}\.json$/.test(name)) ?? "";
    await writeFile(folder.file(join("backups", manifest)), "{}");
    expect(line((await doctor()).checks, "store contents")).toMatchObject({
      status: "error",
      detail: expect.stringContaining(manifest),
    });
  });

  test("with a backup from the future: a clock has jumped", async () => {
    const later = new ManualClock(new Date(Date.now() + 3 * 86_400_000));
    expect((await runCli(["backup", "app"], { cwd: folder.path, clock: later })).exit).toBe(0);
    expect(line((await doctor()).checks, "clock")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("in the future"),
    });
  });
});

describe("locks and leftovers", () => {
  test("a held lock names its holder, and what it is writing is no leftover", async () => {
    await backup();
    await writeFile(folder.file("backups/x.partial"), "half");
    await using _lock = await acquireLockFile(folder.file("backups/.dbops-lock-0123456789ab"), {
      waitMs: 0,
      holder: { run: "20260901T000000Z-aaaaaa", command: "backup create" },
      children: new ChildRegistry(),
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const { exit, checks } = await doctor();
    expect(exit).toBe(0);
    const holder = `run 20260901T000000Z-aaaaaa (backup create), process ${process.pid} on ${hostname()}`;
    expect(line(checks, "store lock")).toMatchObject({ status: "ok", detail: expect.stringContaining(holder) });
    expect(checks.some(({ subject }) => subject === "store leftovers")).toBe(false);
  });

  test("of a killed run are told apart from it", async () => {
    await backup();
    await writeFile(folder.file("backups/app.sqlite.zst.1234.partial"), "half");
    await writeFile(folder.file("backups/.dbops-lock-0123456789ab.json"), await recordOfDeadRun());
    await writeFile(folder.file(".app.db.dbops-lock.json"), await recordOfDeadRun());
    await writeFile(folder.file(".app.db.dbops-loading-0123456789ab"), "half");
    const { exit, checks } = await doctor();
    expect(exit).toBe(0);
    expect(line(checks, "store lock")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("was killed"),
    });
    expect(line(checks, "store leftovers")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("1 half-written files"),
    });
    expect(line(checks, "lock")).toMatchObject({ target: "app", status: "warning" });
    expect(line(checks, "leftovers").detail).toContain("dbops-loading-");
  });

  test("scratch folders of dead runs, and no others", async () => {
    for (const name of [
      "dbops-20200101T000000Z-abcdef",
      "dbops-20200101T000000Z-abcdef-x1y2z3",
      "dbops-notes",
      "other",
    ]) {
      await mkdir(join(scratch, name));
    }
    const { checks } = await doctor();
    const left = checks.filter(({ subject }) => subject === "scratch leftovers");
    expect(left.map(({ fix }) => fix)).toEqual([
      `rm -rf ${join(scratch, "dbops-20200101T000000Z-abcdef")}`,
      `rm -rf ${join(scratch, "dbops-20200101T000000Z-abcdef-x1y2z3")}`,
    ]);
  });

  test("states kept by restores long ago", async () => {
    sqlite(folder.file("app.db.before-20200101T000000Z"), "CREATE TABLE t (a)");
    expect(line((await doctor()).checks, "kept states")).toMatchObject({
      target: "app",
      status: "warning",
      fix: "dbops restore discard app",
    });
  });
});

describe("this machine", () => {
  test("without zstd", async () => {
    const { checks } = await doctor({ env: { PATH: folder.path } });
    const isBuiltIn = line(checks, "zstd").detail.includes("Node's own");
    expect(line(checks, "zstd").status).toBe(isBuiltIn ? "ok" : "warning");
  });

  test("with a scratch folder that does not exist", async () => {
    await config("  app: app.db\n", folder.file("nowhere"));
    const { exit, checks } = await doctor();
    expect([exit, line(checks, "scratch").status]).toEqual([4, "error"]);
  });

  test("with a state folder that is a file", async () => {
    await writeFile(folder.file("file"), "");
    const { checks } = await doctor({ env: { XDG_STATE_HOME: folder.file("file") } });
    expect(line(checks, "state folder")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("not audited"),
    });
  });

  test("with an identity that others may read", async () => {
    await writeFile(folder.file("key.txt"), "AGE-SECRET-KEY-1\n", { mode: 0o644 });
    await writeFile(
      folder.file("dbops.yaml"),
      `version: 1\ntargets:\n  app: app.db\nbackup:\n  identity: key.txt\n  scratch: ${scratch}\n`,
    );
    expect(line((await doctor()).checks, "age identity")).toMatchObject({
      status: "warning",
      fix: `chmod 600 ${folder.file("key.txt")}`,
    });
  });
});

async function doctor(...words: readonly (string | { env: Record<string, string> })[]) {
  const argv = words.filter((word) => typeof word === "string");
  const env = words.find((word) => typeof word !== "string")?.env ?? {};
  const { exit, json } = await runCli(["doctor", ...argv, "--json"], { cwd: folder.path, env });
  const { data } = json();
  return { exit, data, checks: data.checks as readonly Check[] };
}

function line(checks: readonly Check[], subject: string): Check {
  const found = checks.find((check) => check.subject === subject);
  if (found === undefined)
    throw new Error(`no line about ${subject} among ${checks.map((check) => check.subject).join(", ")}`);
  return found;
}

async function backup(): Promise<void> {
  expect((await runCli(["backup", "app"], { cwd: folder.path })).exit).toBe(0);
}

async function config(targets: string, place = scratch): Promise<void> {
  await writeFile(folder.file("dbops.yaml"), `version: 1\nbackup:\n  scratch: ${place}\ntargets:\n${targets}`);
}

/** No process has a pid this high. */
async function recordOfDeadRun(): Promise<string> {
  const machine = { ...(await thisMachine()), pid: 2 ** 31 - 2 };
  return JSON.stringify({
    version: 1,
    run: "20200101T000000Z-dddddd",
    command: "backup create",
    ...machine,
    since: "2020-01-01T00:00:00Z",
    children: [],
  });
}
