import { link, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openForRead, readStreamOf, syncFile } from "#dbops/lib/system/files.js";
import { refuseOpenDatabase, registerOpenDatabase } from "#dbops/lib/system/open-databases.js";
import { codeOf, temporaryFolder } from "../support/codec-run.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "app.db");
  for (const suffix of ["", "-wal", "-shm"]) await writeFile(path + suffix, "x");
});

afterEach(() => folder[Symbol.asyncDispose]());

test.each(["", "-wal", "-shm", "-journal"])("an open database's file%s is refused until it is closed", (suffix) => {
  const registered = registerOpenDatabase(path);
  expect(() => refuseOpenDatabase(path + suffix)).toThrow("while it is open through SQLite");
  registered[Symbol.dispose]();
  refuseOpenDatabase(path + suffix);
});

test("every way of opening files obeys", async () => {
  using _registered = registerOpenDatabase(path);
  expect(await codeOf(openForRead(path))).toBe("RUN.BUG");
  expect(await codeOf(syncFile(path))).toBe("RUN.BUG");
  expect(() => readStreamOf(path)).toThrow("while it is open through SQLite");
});

test("other names of the same file are refused too", async () => {
  using _registered = registerOpenDatabase(path);
  await link(path, join(folder.path, "hard.db"));
  await symlink(path, join(folder.path, "soft.db"));
  expect(() => refuseOpenDatabase(join(folder.path, "hard.db"))).toThrow("open through SQLite");
  expect(() => refuseOpenDatabase(join(folder.path, "soft.db"))).toThrow("open through SQLite");
  refuseOpenDatabase(join(folder.path, "another.db"));
});

test("a file opened twice stays refused until both are closed", () => {
  const [one, two] = [registerOpenDatabase(path), registerOpenDatabase(path)];
  one[Symbol.dispose]();
  expect(() => refuseOpenDatabase(path)).toThrow("open through SQLite");
  two[Symbol.dispose]();
  refuseOpenDatabase(path);
});

test("a database registered before SQLite made its file is refused as well", async () => {
  const fresh = join(folder.path, "fresh.db");
  using _registered = registerOpenDatabase(fresh);
  await writeFile(fresh, "x");
  expect(() => refuseOpenDatabase(fresh)).toThrow("open through SQLite");
});
