import { chmod, mkdir, readdir } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { runUnprivileged } from "../support/run-unprivileged.js";

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld();
  await mkdir(world.path("closed"));
  await world.write("closed/readme", "");
  await chmod(world.path("closed"), 0o500);
});

afterEach(async () => {
  await chmod(world.path("closed"), 0o700);
  await world[Symbol.asyncDispose]();
});

describe("a place that this user cannot write is no bug of dbops", () => {
  test.each([
    ["a store in a folder that is closed", ["backup", "app.db", "--store", "closed/store"], "STORE.NOT_WRITABLE"],
    ["a store below a device", ["backup", "app.db", "--store", "/dev/null/x"], "STORE.NOT_WRITABLE"],
    ["a store that is a file", ["backup", "app.db", "--store", "app.db"], "STORE.NOT_WRITABLE"],
    [
      "a store to adopt into",
      ["backup", "adopt", "app.db", "-t", "app.db", "--store", "closed/store"],
      "STORE.NOT_WRITABLE",
    ],
    ["dbops.yaml", ["init", "closed"], "OUTPUT.UNWRITABLE"],
  ])("%s", async (_title, argv, code) => {
    const { exit, stdout } = await runUnprivileged([...argv, "--json"], world.folder);
    const { error } = JSON.parse(stdout);
    expect([exit, error.code]).toEqual([11, code]);
    expect(error.why).toMatch(/EACCES|ENOTDIR|EEXIST/);
    expect(error.hint).toMatch(/folder/);
    expect(await readdir(world.path("closed"))).toEqual(["readme"]);
  });

  test("a folder that may not be entered: init says so", async () => {
    await chmod(world.path("closed"), 0o000);
    const { exit, stdout } = await runUnprivileged(["init", "closed", "--json"], world.folder);
    const { error } = JSON.parse(stdout);
    expect([exit, error.code]).toEqual([2, "USAGE.INVALID"]);
    expect(error.message).toContain("closed may not be looked into");
  });

  test.each([["closed/m.json"], ["gone/m.json"], ["closed"], ["app.db/m.json"]])(
    "the manifest of --store - at %s: before anything is streamed",
    async (manifest) => {
      const argv = ["backup", "app.db", "--store", "-", "--manifest", manifest];
      const { exit, stdout, stderr } = await runUnprivileged(argv, world.folder);
      expect([exit, stderr]).toEqual([11, expect.stringContaining("OUTPUT.UNWRITABLE")]);
      expect(stdout).toBe("");
    },
  );
});
