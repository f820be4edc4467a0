import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";

/** A program of ours before the real one on PATH. */
async function withProgram(world: BackupWorld, name: string, script: string): Promise<Record<string, string>> {
  await mkdir(world.path("bin"));
  await writeFile(world.path("bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${world.path("bin")}:${process.env.PATH}` };
}

test("what should be encrypted and is not does not stay in the store", async () => {
  await using world = await backupWorld();
  const { recipient } = await world.ageKey("key.txt");
  const env = await withProgram(world, "age", "exec cat");
  const words = ["backup", "app.db", "--store", "store", "--encrypt-to", recipient, "--json"];
  const { exit, json } = await world.run(words, { env });
  expect([exit, json().error.code]).toEqual([10, "BACKUP.NOT_ENCRYPTED"]);
  expect((await world.storeFiles()).filter((name) => !name.endsWith(".failed.json"))).toEqual([]);
});

test("a store that cannot be tidied up hides no cause", async () => {
  await using world = await backupWorld();
  const spoil = `cat > /dev/null; for f in "${world.store}"/*.zst; do rm "$f"; mkdir "$f"; done; echo cut short >&2; exit 1`;
  const env = await withProgram(world, "zstd", `[ "$1" = -d ] && { ${spoil}; }\nPATH="\${PATH#*:}" exec zstd "$@"`);
  const { exit, json, stderr } = await world.run(["backup", "app.db", "--store", "store", "--json"], { env });
  expect([exit, json().error.code], stderr).toEqual([10, "BACKUP.DAMAGED"]);
  expect(json().warnings.join()).toContain("files of the failed backup are left");
  const failed = (await world.storeFiles()).find((name) => name.endsWith(".failed.json")) ?? "";
  expect(JSON.parse(await readFile(world.path("store", failed), "utf8")).code).toBe("BACKUP.DAMAGED");
});

test("a decompressor that is killed makes no backup a damaged one", async () => {
  await using world = await backupWorld();
  const { id } = await world.backup();
  const env = await withProgram(world, "zstd", "cat > /dev/null; kill -9 $$");
  const { exit, json } = await world.run(["backup", "verify", "--store", "store", "--id", id, "--json"], { env });
  expect([exit, json().error.code]).toEqual([11, "TOOL.FAILED"]);
  expect((await world.storeFiles()).filter((name) => name.includes(".damaged-"))).toEqual([]);
});
