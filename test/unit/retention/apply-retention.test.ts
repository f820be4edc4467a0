import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCatalog } from "#dbops/lib/backup/catalog.js";
import { announceDeletion, finishDeletions } from "#dbops/lib/backup/deletion.js";
import { type ManifestBody, sealManifest } from "#dbops/lib/backup/manifest.js";
import { silentProgress } from "#dbops/lib/core/progress.js";
import { applyRetention } from "#dbops/lib/retention/apply-retention.js";
import { openLocalStorage } from "#dbops/lib/storage/local.js";
import type { Storage } from "#dbops/lib/storage/storage.js";

const never = new AbortController().signal;
const OLD = "app_20261101T020000Z_aaaaaa";
const NEW = "app_20261102T020000Z_bbbbbb";
const DROPPED = [{ id: OLD, reason: "not in last 1" }];

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-apply-"));
  storage = openLocalStorage(folder);
  await putBackup(OLD, ["main", "globals", "database"]);
  await putBackup(NEW, ["main", "globals"]);
  const proof = {
    version: 1,
    id: OLD,
    at: "2026-11-01T03:00:00Z",
    durationMs: 1,
    hashed: 1,
    counted: 0,
    host: "h",
    run: "r",
  };
  await writeFile(join(folder, `${OLD}.proof-20261101T030000Z-cccccc.json`), JSON.stringify(proof));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("deletes manifest, marks and parts of what is dropped and says how much that frees", async () => {
  expect(await apply(storage)).toBe(3 * 4);
  expect(await readdir(folder)).toEqual(["RESTORE.md", `${NEW}.globals.sql`, `${NEW}.json`, `${NEW}.sqlite`]);
});

test("wherever it is stopped, no manifest is left without its files, and the next run finds no half backup", async () => {
  let deletions = 0;
  for (const isStopped = { value: true }; isStopped.value; deletions += 1) {
    isStopped.value = await apply(stoppedAfter(deletions)).then(
      () => false,
      () => true,
    );
    const { entries, invalid } = await readCatalog(storage);
    expect(entries.flatMap(({ missing }) => missing)).toEqual([]);
    expect(invalid).toEqual([]);
    expect(entries.map(({ manifest }) => manifest.id)).toContain(NEW);
    await putBackup(OLD, ["main", "globals", "database"]);
  }
  expect(deletions).toBeGreaterThan(5);
});

test("wherever it is stopped, the next holder of the lock leaves a whole backup or nothing of it", async () => {
  const whole = (await readdir(folder)).filter((name) => name.startsWith(OLD));
  for (let deletions = 0, isStopped = true; isStopped; deletions += 1) {
    isStopped = await apply(stoppedAfter(deletions)).then(
      () => false,
      () => true,
    );
    expect((await readCatalog(storage)).orphans).toEqual([]);
    expect(await finishDeletions(storage, "file:/srv/other.db")).toEqual([]);
    await finishDeletions(storage, "file:/srv/app.db");
    const left = (await readdir(folder)).filter((name) => name.startsWith(OLD));
    expect([[], whole.filter((name) => !name.includes(".proof-")), whole]).toContainEqual(left);
    await putBackup(OLD, ["main", "globals", "database"]);
  }
});

test("what is not provably meant to go stays: another size, another backup's, a name of another ID", async () => {
  const manifest = (await readCatalog(storage)).entries.find((entry) => entry.manifest.id === OLD)?.manifest;
  if (manifest === undefined) throw new Error("it was put");
  const part = { kind: "main", rawBytes: 4, storedBytes: 4, rawSha256: "0", storedSha256: "0" } as const;
  const foreign = ["notes.txt", `${NEW}.sqlite`].map((file) => ({ ...part, file }));
  await writeFile(join(folder, "notes.txt"), "1234");
  await announceDeletion(storage, { ...manifest, parts: [...manifest.parts, ...foreign] });
  await storage.delete(`${OLD}.json`);
  await writeFile(join(folder, `${OLD}.sqlite`), "another one");
  await rm(join(folder, `${NEW}.json`));
  await putManifest(NEW, [{ kind: "main", file: `${OLD}.globals.sql` }]);
  expect(await finishDeletions(storage, manifest.identity)).toEqual([`${OLD}.database.sql`]);
  const left = [`${OLD}.globals.sql`, `${OLD}.sqlite`, `${NEW}.globals.sql`, `${NEW}.json`, `${NEW}.sqlite`];
  expect(await readdir(folder)).toEqual([...left, "RESTORE.md", "notes.txt"].sort());
  expect((await readCatalog(storage)).orphans).toEqual([`${OLD}.globals.sql`, `${OLD}.sqlite`]);
});

test("a part that another backup names as well is left to it", async () => {
  const shared = `${OLD}.sqlite`;
  await rm(join(folder, `${NEW}.json`));
  await putManifest(NEW, [{ kind: "main", file: shared }]);
  expect(await apply(storage)).toBe(2 * 4);
  expect(await readdir(folder)).toContain(shared);
});

test("a run that is told to stop deletes nothing more", async () => {
  const catalog = await readCatalog(storage);
  const work = applyRetention(catalog, DROPPED, {
    signal: AbortSignal.abort(new Error("stop")),
    progress: silentProgress,
  });
  await expect(work).rejects.toThrow("stop");
  expect((await readCatalog(storage)).entries).toHaveLength(2);
});

async function apply(store: Storage): Promise<number> {
  return await applyRetention(await readCatalog(store), DROPPED, { signal: never, progress: silentProgress });
}

/** The real store, whose disk goes away after some deletions. */
function stoppedAfter(deletions: number): Storage {
  let left = deletions;
  return new Proxy(storage, {
    get: (target, property) => {
      if (property === "delete") {
        return async (name: string) => {
          if (left === 0) throw new Error("the disk is gone");
          left -= 1;
          await target.delete(name);
        };
      }
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const FILES = { main: "sqlite", globals: "globals.sql", database: "database.sql" } as const;

async function putBackup(id: string, kinds: readonly (keyof typeof FILES)[]): Promise<void> {
  const parts = kinds.map((kind) => ({ kind, file: `${id}.${FILES[kind]}` }));
  for (const { file } of parts) await writeFile(join(folder, file), "1234");
  await rm(join(folder, `${id}.json`), { force: true });
  await putManifest(id, parts);
}

async function putManifest(id: string, parts: readonly { kind: keyof typeof FILES; file: string }[]): Promise<void> {
  const sizes = { rawBytes: 4, storedBytes: 4, rawSha256: "0", storedSha256: "0" };
  const body: ManifestBody = {
    version: 1,
    id,
    target: "app",
    engine: "any",
    format: "sqlite",
    identity: "file:/srv/app.db",
    seq: id === OLD ? 1 : 2,
    startedAt: "2026-11-01T02:00:00Z",
    takenAt: id === OLD ? "2026-11-01T02:00:00Z" : "2026-11-02T02:00:00Z",
    durationMs: 1,
    run: "r",
    tool: { name: "dbops", version: "0.1.0" },
    origin: {
      label: "/srv/app.db",
      serverVersion: "3",
      clientVersion: "3",
      systemIdentifier: null,
      timeline: null,
      role: null,
      consistencyPoint: null,
    },
    isPartial: false,
    condition: { state: "sound", details: [] },
    compression: "none",
    encryption: null,
    parts: parts.map((part) => ({ ...part, ...sizes })),
    fingerprint: { algorithm: null, schemaAlgorithm: null, schemaHash: "0", tables: [], notCovered: [] },
    verified: "read",
    adopted: false,
    auditHead: null,
  };
  await storage.put(`${id}.json`, Readable.from([sealManifest(body).text]), never);
}
