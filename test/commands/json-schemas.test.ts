import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS } from "#dbops/commands/registry.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";

// What every command puts into `data` is what its schema says, without a key too many.

const STORE = ["--store", "store"];

let world: BackupWorld;

beforeAll(async () => {
  world = await backupWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

/** One run of every command, in an order in which each finds what it needs. */
const RUNS: readonly (readonly [path: string, argv: readonly string[], exit: number])[] = [
  ["init", ["init", "sub"], 0],
  ["config show", ["config", "show", "--sources"], 0],
  ["backup create", ["backup", "app.db", ...STORE], 0],
  ["backup list", ["backup", "list", "app.db", ...STORE], 0],
  ["backup verify", ["backup", "verify", "app.db", ...STORE, "--level", "restore"], 0],
  ["backup show", ["backup", "show", "app_", ...STORE], 0],
  ["backup drill", ["backup", "drill", "app.db", ...STORE], 0],
  ["backup health", ["backup", "health", "app.db", ...STORE, "--max-age", "25h"], 0],
  ["backup accept", ["backup", "accept", "app_", ...STORE, "--reason", "for the test"], 0],
  ["restore run", ["restore", "app.db", ...STORE, "--from", "latest", "--confirm", "app.db"], 0],
  ["restore previous", ["restore", "previous", "app.db"], 0],
  ["restore undo", ["restore", "undo", "app.db", "--confirm", "app.db"], 0],
  ["restore run", ["restore", "app.db", ...STORE, "--from", "latest", "--confirm", "app.db"], 0],
  ["restore discard", ["restore", "discard", "app.db", "--all", "--confirm", "app.db", "--yes"], 0],
  ["backup adopt", ["backup", "adopt", "copy.db", "-t", "app.db", ...STORE], 0],
  ["cleanup backups", ["cleanup", "backups", "app.db", ...STORE, "--keep-last", "1", "--yes"], 0],
  ["export", ["export", "app.db", "-o", "exported/"], 0],
  ["import", ["import", "t.csv", "app.db", "--create", "--table", "imported"], 0],
  ["migrate copy run", ["migrate", "copy", "app.db", "copied.db"], 0],
  ["migrate copy status", ["migrate", "copy", "status"], 0],
  ["monitor check", ["monitor", "app.db", ...STORE], 0],
  ["info", ["info", "app.db"], 0],
  ["doctor", ["doctor", "app.db"], 0],
];

/** Commands that have no target, or do not say which. */
const NAMELESS = ["init", "config show", "backup show", "migrate copy status"];

test("there is a run of every command", () => {
  expect([...new Set(RUNS.map(([path]) => path))].sort()).toEqual(COMMANDS.map(({ path }) => path).sort());
});

test("every document's data fits its command's schema", async () => {
  await mkdir(world.path("sub"));
  await writeFile(world.path("t.csv"), "id,name\n1,a\n");
  await copyFile(world.path("app.db"), world.path("copy.db"));
  await copyFile(world.path("app.db"), world.path("sub", "found.db"));
  for (const [path, argv, exit] of RUNS) {
    const result = await world.run([...argv, "--json"]);
    expect([path, result.exit, result.stderr]).toEqual([path, exit, result.stderr]);
    const { command, data, targets } = result.json();
    expect(command).toBe(path);
    const schema = await (await COMMANDS.find((entry) => entry.path === path)?.load())?.schema();
    expect(schema?.parse(data), path).toEqual(data);
    if (path === "migrate copy run") expect(targets).toEqual(["app", "copied"]);
    else if (!NAMELESS.includes(path)) expect([path, targets]).toEqual([path, ["app"]]);
  }
});
