import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { chmod, mkdir, open, readdir, readFile, stat, symlink } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { exportManifestSchema } from "#dbops/lib/transfer/export-manifest.js";
import { type ExportWorld, exportWorld } from "../support/export-world.js";

const execute = promisify(execFile);
const NOTES = "id,note\n1,one\n";

let world: ExportWorld;

beforeEach(async () => {
  world = await exportWorld("sqlite", inject("postgresUrl"));
  await world.sql("INSERT INTO notes VALUES (1, 'one')");
});

afterEach(() => world[Symbol.asyncDispose]());

async function notesInto(output: string, ...flags: readonly string[]) {
  return await world.export(["--table", "notes", "-o", output, ...flags]);
}

describe("pipes and devices", () => {
  test("take one text, whatever their names", async () => {
    await execute("mkfifo", [world.path("pipe")]);
    const reading = execute("cat", [world.path("pipe")]);
    const { exit, stderr } = await notesInto("pipe");
    expect(exit, stderr).toBe(0);
    expect((await reading).stdout).toBe(NOTES);
    expect((await notesInto("/dev/null", "--format", "json")).exit).toBe(0);
    expect((await notesInto("/dev/null", "--format", "sqlite")).exit).toBe(2);
  });

  test("get nothing of a table that CSV would change", async () => {
    await world.sql("CREATE TABLE mixed (v); INSERT INTO mixed VALUES (1), ('one')");
    await execute("mkfifo", [world.path("pipe.csv")]);
    // Open for both, so that neither side waits for the other.
    const pipe = await open(world.path("pipe.csv"), constants.O_RDWR | constants.O_NONBLOCK);
    const { exit } = await world.export(["--table", "mixed", "-o", "pipe.csv"]);
    expect(exit).toBe(2);
    await expect(pipe.read(Buffer.alloc(1), 0, 1, null)).rejects.toMatchObject({ code: "EAGAIN" });
    await pipe.close();
  });
});

describe("folders", () => {
  test("that are there and empty are filled where they are, and keep their mode", async () => {
    await mkdir(world.path("mount"));
    await chmod(world.path("mount"), 0o755);
    await symlink("mount", world.path("link"));
    const { ino } = await stat(world.path("mount"));
    const { exit, stderr } = await world.export(["-o", "link/"]);
    expect(exit, stderr).toBe(0);
    const after = await stat(world.path("mount"));
    expect([after.ino, after.mode & 0o777]).toEqual([ino, 0o755]);
    expect((await readdir(world.path("mount"))).sort()).toEqual([
      "items.csv",
      "manifest.json",
      "notes.csv",
      "orders.csv",
      "schema.sql",
    ]);
  });

  test("that are there are empty again when an export fails", async () => {
    await world.sql("CREATE TABLE zmixed (v); INSERT INTO zmixed VALUES (1), ('one')");
    await mkdir(world.path("mount"));
    const { exit, stderr } = await world.export(["-o", "mount/"]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("zmixed: ")]);
    expect(await readdir(world.path("mount"))).toEqual([]);
  });

  test("say which part of a table they hold", async () => {
    await world.export(["--table", "orders", "--where", "n = 5", "--limit", "9", "--columns", "n,id", "-o", "o/"]);
    const manifest = exportManifestSchema.parse(JSON.parse(await readFile(world.path("o", "manifest.json"), "utf8")));
    expect(manifest.tables).toMatchObject([{ name: "orders", where: "n = 5", limit: 9, allColumns: false, rows: 1 }]);
  });
});

describe("names", () => {
  test("of a database's log and journal are refused: the database looks for them", async () => {
    for (const suffix of ["-wal", "-journal", "-shm"]) {
      const { exit, stderr } = await world.export(["-o", `app.db${suffix}`]);
      expect([exit, stderr]).toEqual([11, expect.stringContaining("belongs to")]);
    }
    expect((await world.run(["info", "app.db"])).exit).toBe(0);
  });

  test("as long as the file system takes", async () => {
    const name = `${"n".repeat(251)}.csv`;
    const { exit, stderr } = await notesInto(name);
    expect(exit, stderr).toBe(0);
    expect(await readFile(world.path(name), "utf8")).toBe(NOTES);
    const tooLong = await notesInto(`${"n".repeat(300)}.csv`);
    expect([tooLong.exit, tooLong.stderr]).toEqual([11, expect.stringContaining("ENAMETOOLONG")]);
  });

  test("that are links leading nowhere are not replaced", async () => {
    await symlink("nowhere.csv", world.path("link.csv"));
    expect((await notesInto("link.csv")).exit).toBe(11);
    expect(await world.outputs()).toEqual(["link.csv"]);
  });
});

test("lines of JSON keep apart what CSV does not, and that is a whole success", async () => {
  await world.sql("CREATE TABLE mixed (v); INSERT INTO mixed VALUES (1), ('1'), (x'31'), (CAST(x'ff' AS TEXT))");
  const { exit, stdout, stderr } = await world.export(["--table", "mixed", "-o", "-", "--format", "ndjson"]);
  expect([exit, stderr.includes("warning")]).toEqual([0, false]);
  expect(stdout.split("\n")).toEqual([
    '{"v":1}',
    '{"v":"1"}',
    '{"v":{"$base64":true,"encoded":"MQ=="}}',
    '{"v":{"$base64":true,"encoded":"/w==","text":true}}',
    "",
  ]);
  const lossy = await world.export(["--table", "mixed", "-o", "mixed.csv", "--lossy"]);
  expect([lossy.exit, lossy.stderr]).toEqual([5, expect.stringContaining("column v mixes")]);
  expect(await readFile(world.path("mixed.csv"), "utf8")).toBe("v\n1\n1\n\\x31\n\ufffd\n");
});
