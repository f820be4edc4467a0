import { execFile } from "node:child_process";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { adoptSchema } from "#dbops/commands/backup/adopt-schema.js";
import { backupWorld } from "../support/backup-world.js";
import { freshDatabase } from "../support/fresh-database.js";

const run = promisify(execFile);
const ADOPT = ["backup", "adopt", "--store", "store", "-t", "app.db"];

test("a compressed database file becomes a backup that can be proven and restored", async () => {
  await using world = await backupWorld();
  world.sql(`VACUUM INTO '${world.path("copy.db")}'`);
  await run("gzip", [world.path("copy.db")]);
  const takenAt = new Date("2026-03-01T02:03:04Z");
  await utimes(world.path("copy.db.gz"), takenAt, takenAt);

  const adopted = await world.run([...ADOPT, "copy.db.gz", "--json"]);
  expect(adopted.exit, adopted.stderr).toBe(0);
  const { data } = adopted.json();
  expect(adoptSchema.safeParse(data).success).toBe(true);
  const [{ backup }] = data.adopted;
  expect(backup).toMatchObject({ target: "app", takenAt: "2026-03-01T02:03:04.000Z", verified: "read" });
  expect(backup.tables).toEqual([expect.objectContaining({ name: "t", rows: 500, hash: expect.any(String) })]);
  expect((await world.manifest(backup.id)).adopted).toBe(true);

  const verified = await world.run(["backup", "verify", "--store", "store", "--id", backup.id, "--level", "restore"]);
  expect(verified.exit, verified.stderr).toBe(0);
  const restored = await world.run(["restore", "new.db", "--store", "store", "--from", backup.id]);
  expect(restored.exit, restored.stderr).toBe(0);
});

test("an adopted copy is encrypted when the target's backups are", async () => {
  await using world = await backupWorld();
  world.sql(`VACUUM INTO '${world.path("copy.db")}'`);
  const key = await world.ageKey("key.txt");
  const env = { DBOPS_BACKUP_ENCRYPT_TO: key.recipient };
  const adopted = await world.run([...ADOPT, "copy.db", "--json"], { env });
  expect(adopted.exit, adopted.stderr).toBe(0);
  const { file } = adopted.json().data.adopted[0].backup;
  expect(file).toMatch(/\.sqlite\.zst\.age$/);
  expect((await readFile(world.path("store", file))).subarray(0, 21).toString()).toBe("age-encryption.org/v1");
});

test("a cut file is refused and leaves nothing; the whole one beside it is taken in", async () => {
  await using world = await backupWorld();
  world.sql(`VACUUM INTO '${world.path("whole.db")}'`);
  const bytes = await readFile(world.path("whole.db"));
  await writeFile(world.path("cut.db"), bytes.subarray(0, bytes.length - 4096));

  const cut = await world.run([...ADOPT, "cut.db", "--json"]);
  expect(cut.exit).toBe(10);
  expect(cut.json().error.code).toBe("BACKUP.DAMAGED");
  expect(await world.storeFiles()).toEqual([]);
  expect(await world.leftovers()).toEqual([]);

  const both = await world.run([...ADOPT, "cut.db", "whole.db", "--json"]);
  expect(both.exit).toBe(5);
  expect(both.json().data.adopted.map(({ backup }: { backup: unknown }) => backup !== null)).toEqual([false, true]);
});

test("a scratch folder that is not there is said, and is no bug", async () => {
  await using world = await backupWorld();
  const { exit, json } = await world.run([...ADOPT, "app.db", "--scratch", "nowhere", "--json"]);
  expect([exit, json().error.code]).toEqual([11, "STORE.NOT_WRITABLE"]);
});

test("a file that is not there is said so", async () => {
  await using world = await backupWorld();
  const refused = await world.run([...ADOPT, "nope.db"]);
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain("there is no such file");
});

test("a file of the other engine is refused by its name", async () => {
  await using world = await backupWorld();
  await writeFile(world.path("old.dump"), "PGDMP");
  const refused = await world.run([...ADOPT, "old.dump"]);
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain("is no backup of a SQLite database");
});

test.each([
  ["custom", "old.dump"],
  ["plain", "old.sql"],
])("a %s dump made by pg_dump becomes a backup", async (format, name) => {
  await using world = await backupWorld();
  await using database = await freshDatabase(inject("postgresUrl"));
  await database.sql("CREATE TABLE a AS SELECT g AS id, 'x' AS t FROM generate_series(1, 300) g");
  await run(join(inject("postgresBinDir"), "pg_dump"), ["-F", format, "-f", world.path(name), "-d", database.url]);
  const flags = ["-t", database.url, "--store", "store", "--scratch", tmpdir(), "--json"];
  const adopted = await world.run(["backup", "adopt", name, ...flags]);
  expect(adopted.exit, adopted.stderr).toBe(0);
  const { tables } = adopted.json().data.adopted[0].backup;
  expect(tables).toContainEqual(expect.objectContaining({ kind: "table", name: "a", rows: 300 }));
});
