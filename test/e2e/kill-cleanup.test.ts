import { existsSync, watch } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Manifest, sealManifest } from "#dbops/lib/backup/manifest.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { startDbops } from "../support/dbops-process.js";

const PARTS = 500;
const CLEANUP = ["cleanup", "backups", "app.db", "--store", "store", "--keep-last", "1", "--keep-daily", "0"];

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld(20);
});

afterEach(() => world[Symbol.asyncDispose]());

test("kill -9 between a manifest and its parts: the next run of any kind that holds the lock deletes the rest, and only that", async () => {
  const old = await withManyParts(await world.backup());
  await world.backup();
  const foreign = `${old.id}.part.mine`;
  await writeFile(world.path("store", foreign), "not of that backup");
  const dbops = await startDbops([...CLEANUP, "--keep-weekly", "0", "--keep-monthly", "0", "--yes"], {
    cwd: world.folder,
    env: world.env,
  });
  await isGone(world.store, `${old.id}.json`);
  await dbops.kill();
  const left = await filesOf(old.id);
  expect(left.length).toBeGreaterThan(2);
  expect(left).toContain(`${old.id}.deleting.json`);
  const list = await world.run(["backup", "list", "--store", "store", "--json"]);
  expect(list.json().data.orphans).toEqual([]);
  expect(list.json().data.backups).toHaveLength(1);

  const { exit, stderr } = await world.run(["backup", "app.db", "--store", "store"]);
  expect(exit, stderr).toBe(0);
  expect(stderr).toContain("whose deletion a killed run had begun");
  expect(await filesOf(old.id)).toEqual([foreign]);
  expect(await readFile(world.path("store", "RESTORE.md"), "utf8")).not.toContain(old.id);
});

/** A backup of so many files that deleting them takes a while. */
async function withManyParts(manifest: Manifest): Promise<Manifest> {
  const { sha256: _seal, ...body } = manifest;
  const more = Array.from({ length: PARTS }, (_, index) => {
    const file = `${body.id}.part${String(index).padStart(3, "0")}.sql`;
    return { kind: "globals", file, rawBytes: 1, storedBytes: 1, rawSha256: "0", storedSha256: "0" } as const;
  });
  for (const { file } of more) await writeFile(world.path("store", file), "1");
  const sealed = sealManifest({ ...body, parts: [...body.parts, ...more] });
  await writeFile(world.path("store", `${body.id}.json`), sealed.text);
  return sealed.manifest;
}

async function filesOf(id: string): Promise<string[]> {
  return (await readdir(world.store)).filter((name) => name.startsWith(`${id}.`)).sort();
}

function isGone(folder: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, () => {
      if (existsSync(`${folder}/${name}`)) return;
      watcher.close();
      resolve();
    }).on("error", reject);
  });
}
