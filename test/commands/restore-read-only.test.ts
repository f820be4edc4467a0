import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { contentOf } from "../support/restore-world.js";
import { runUnprivileged } from "../support/run-unprivileged.js";

let world: BackupWorld;

/** A database in a folder of its own, with a backup in a store that stays writable. */
beforeEach(async () => {
  world = await backupWorld();
  await mkdir(world.path("data"));
  await copyFile(world.path("app.db"), world.path("data/app.db"));
  const { exit, stderr } = await world.run(["backup", "data/app.db", "--store", "store"]);
  expect(exit, stderr).toBe(0);
});

afterEach(() => world[Symbol.asyncDispose]());

const RESTORE = [
  "restore",
  "data/app.db",
  "--store",
  "store",
  "--from",
  "latest",
  "--confirm",
  "data/app.db",
  "--json",
];
const REFUSED = [
  ["a restore", RESTORE],
  ["a restore in place", [...RESTORE, "--in-place"]],
  ["a restore into a new file", ["restore", "data/new.db", "--store", "store", "--from", "latest", "--json"]],
  ["a dry run", [...RESTORE, "--dry-run"]],
  ["an undo", ["restore", "undo", "data/app.db", "--confirm", "data/app.db", "--json"]],
] as const;

interface Ending {
  readonly exit: number;
  readonly stdout: string;
}

function expectReadOnly({ exit, stdout }: Ending): void {
  const { error } = JSON.parse(stdout);
  expect([exit, error.code]).toEqual([6, "CONNECT.READ_ONLY"]);
  expect(error.message + error.why).toContain(world.path("data"));
  expect(error.hint).toBeTruthy();
}

describe("a folder that this user may not write", () => {
  beforeEach(() => chmod(world.path("data"), 0o500));
  afterEach(() => chmod(world.path("data"), 0o700));

  test.each(REFUSED)("%s is refused and nothing is touched", async (_title, argv) => {
    const before = [await readdir(world.path("data")), await world.storeFiles()];
    expectReadOnly(await runUnprivileged(argv, world.folder));
    expect([await readdir(world.path("data")), await world.storeFiles()]).toEqual(before);
    expect(contentOf(world.path("data/app.db"))).toEqual(contentOf(world.path("app.db")));
  });

  test.each([
    ["backup", ["backup", "data/app.db", "--store", "store", "--json"]],
    ["info", ["info", "data/app.db", "--json"]],
    [
      "a restore of it to elsewhere",
      ["restore", "data/app.db", "--to", "new.db", "--store", "store", "--from", "latest", "--json"],
    ],
  ])("%s needs no right to write there", async (_title, argv) => {
    const { exit, stderr } = await runUnprivileged(argv, world.folder);
    expect(exit, stderr).toBe(0);
    expect(await readdir(world.path("data"))).toEqual(["app.db"]);
  });
});

describe.runIf(canMount())("a folder on a read-only file system", () => {
  beforeEach(() => {
    const folder = world.path("data");
    execFileSync("mount", ["--bind", folder, folder]);
    execFileSync("mount", ["-o", "remount,bind,ro", folder]);
  });
  afterEach(() => void execFileSync("umount", [world.path("data")]));

  test.each(REFUSED)("%s is refused and nothing is touched", async (_title, argv) => {
    const before = await world.storeFiles();
    expectReadOnly(await world.run(argv));
    expect(await readdir(world.path("data"))).toEqual(["app.db"]);
    expect(await world.storeFiles()).toEqual(before);
  });

  test("backup and info need no right to write there", async () => {
    expect((await world.run(["backup", "data/app.db", "--store", "store"])).exit).toBe(0);
    expect((await world.run(["info", "data/app.db"])).exit).toBe(0);
  });
});

/** Root of a container often may not. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "dbops-mount-"));
  try {
    execFileSync("mount", ["--bind", folder, folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
