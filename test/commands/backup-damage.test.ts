import { appendFile, chmod, copyFile, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listSchema } from "#dbops/commands/backup/list-schema.js";
import { verifySchema } from "#dbops/commands/backup/verify-schema.js";
import { type Manifest, sealManifest } from "#dbops/lib/backup/manifest.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { runUnprivileged } from "../support/run-unprivileged.js";

// The mutilations of pg_verifybackup's 003_corruption.pl, and one flipped byte in each region of every format.

const DAMAGE = ["BACKUP.CHECKSUM_MISMATCH", "BACKUP.DAMAGED", "BACKUP.NOT_ENCRYPTED"];

let world: BackupWorld;

describe.each([
  ["none", false],
  ["gzip", false],
  ["zstd", false],
  ["none", true],
  ["zstd", true],
])("one byte flipped in a file of %s, encrypted: %s", (compress, isEncrypted) => {
  let keys: string[];
  let manifest: Manifest;
  let sound: Buffer;

  beforeAll(async () => {
    world = await backupWorld();
    const { identity, recipient } = await world.ageKey("key.txt");
    const encryption = isEncrypted ? ["--encrypt-to", recipient, "--identity", identity] : [];
    keys = isEncrypted ? ["--identity", identity] : [];
    manifest = await world.backup(["--compress", compress, ...encryption]);
    sound = await readFile(fileOf(manifest));
  });

  afterAll(() => world[Symbol.asyncDispose]());

  // Fractions of the file; whole numbers count bytes from the start, negative ones from the end.
  test.each([
    ["the first byte", 0, ["stored", "read"]],
    ["the header", 9, ["stored", "read"]],
    ["a recipient's stanza of an age header", 60, ["stored", "read", "restore"]],
    ["the first quarter", 0.25, ["stored", "read"]],
    ["the middle", 0.5, ["stored", "read", "restore"]],
    ["the last quarter", 0.75, ["stored", "read"]],
    ["the footer", -3, ["stored", "read"]],
    ["the last byte", -1, ["stored", "read", "restore"]],
  ])("%s is found", async (_name, where, levels) => {
    await writeFile(fileOf(manifest), sound);
    await flip(fileOf(manifest), where);
    for (const level of levels) {
      const { exit, json } = await verify(["--id", manifest.id, "--level", level, ...keys]);
      expect([level, exit, json().ok]).toEqual([level, 10, false]);
      const [result] = verifySchema.parse(json().data).verified;
      expect(result).toMatchObject({ id: manifest.id, ok: false });
      expect(result?.problem).toContain(manifest.parts[0]?.file);
      expect(DAMAGE).toContain(json().error.code);
    }
    expect(await world.leftovers()).toEqual([]);
  });

  test("and none is found where nothing is flipped", async () => {
    await writeFile(fileOf(manifest), sound);
    expect((await verify(["--id", manifest.id, "--level", "restore", ...keys])).exit).toBe(0);
  });
});

describe("damaged stores", () => {
  beforeEach(async () => {
    world = await backupWorld();
  });

  afterEach(() => world[Symbol.asyncDispose]());

  describe("what `list` says of a damaged backup", () => {
    test("nothing before anybody has looked, `damaged` from then on; `show latest` is the older one, `verify` stays with it", async () => {
      const older = await world.backup();
      const newer = await world.backup();
      await flip(fileOf(newer), 0.5);
      expect(await states()).toEqual([
        [newer.id, "read"],
        [older.id, "read"],
      ]);
      expect((await verify([])).exit).toBe(10);
      expect(await states()).toEqual([
        [newer.id, "damaged"],
        [older.id, "read"],
      ]);
      const next = await verify([]);
      expect([next.exit, next.json().data.verified[0].id]).toEqual([10, newer.id]);
      const latest = await world.run(["backup", "show", "latest", "app.db", "--store", "store", "--json"]);
      expect(latest.json().data.backup.id).toBe(older.id);
    });

    test("a proof that is newer than the damage heals it", async () => {
      const manifest = await world.backup();
      const file = fileOf(manifest);
      const sound = await readFile(file);
      await flip(file, 0.5);
      expect((await verify([])).exit).toBe(10);
      await writeFile(file, sound);
      expect((await verify(["--id", manifest.id, "--level", "restore"])).exit).toBe(0);
      expect(await states()).toEqual([[manifest.id, "proven"]]);
    });
  });

  describe("mutilated sets", () => {
    let manifest: Manifest;
    let file: string;

    beforeEach(async () => {
      manifest = await world.backup();
      file = fileOf(manifest);
    });

    test("extra unknown files are ignored", async () => {
      const store = (name: string) => world.path("store", name);
      await writeFile(store("extra.txt"), "not ours");
      await writeFile(store("app_20260901T000000Z_aaaaaa.sqlite.zst"), "data without a manifest is no backup");
      await writeFile(store(`${manifest.id}.sqlite.zst.0123456789abcdef.partial`), "half");
      const { exit, json } = await verify(["--all"]);
      expect([exit, json().data.verified.length]).toEqual([0, 1]);
      const listed = await list();
      expect([listed.backups.length, listed.invalid]).toEqual([1, []]);
    });

    test("a missing file", async () => {
      await rm(file);
      expect(await verdict(["--id", manifest.id])).toEqual([10, "BACKUP.PART_MISSING"]);
      expect(await states()).toEqual([[manifest.id, "incomplete"]]);
      expect(await verdict([])).toEqual([10, "BACKUP.PART_MISSING"]);
      expect(await verdict(["--all"])).toEqual([10, "BACKUP.PART_MISSING"]);
    });

    test("appended bytes", async () => {
      await appendFile(file, "x");
      expect(await verdict(["--id", manifest.id])).toEqual([10, "BACKUP.CHECKSUM_MISMATCH"]);
      expect(await states()).toEqual([[manifest.id, "incomplete"]]);
    });

    test("a whole second file appended, which every decompressor would read happily", async () => {
      await appendFile(file, await readFile(file));
      for (const level of ["stored", "read", "restore"]) {
        expect(await verdict(["--id", manifest.id, "--level", level])).toEqual([10, "BACKUP.CHECKSUM_MISMATCH"]);
      }
    });

    test.each([["stored"], ["read"], ["restore"]])("truncated by one byte, at level %s", async (level) => {
      await truncate(file, (await stat(file)).size - 1);
      const [exit, code] = await verdict(["--id", manifest.id, "--level", level]);
      expect(exit).toBe(10);
      expect(DAMAGE).toContain(code);
      expect(await states()).toEqual([[manifest.id, "incomplete"]]);
    });

    test.each([["stored"], ["read"], ["restore"]])("truncated in the middle, at level %s", async (level) => {
      await truncate(file, (await stat(file)).size >> 1);
      const [exit, code] = await verdict(["--id", manifest.id, "--level", level]);
      expect(exit).toBe(10);
      expect(DAMAGE).toContain(code);
    });

    test.each([["stored"], ["read"], ["restore"]])("of zero length, at level %s", async (level) => {
      await truncate(file, 0);
      const [exit, code] = await verdict(["--id", manifest.id, "--level", level]);
      expect(exit).toBe(10);
      expect(DAMAGE).toContain(code);
    });

    test("replaced by other content of the same length", async () => {
      await writeFile(file, Buffer.alloc((await stat(file)).size, 0x55));
      const [exit, code] = await verdict(["--id", manifest.id]);
      expect(exit).toBe(10);
      expect(DAMAGE).toContain(code);
    });

    test("replaced by another valid backup", async () => {
      world.sql("UPDATE t SET name = 'other' WHERE id = 1");
      const other = await world.backup();
      await copyFile(fileOf(other), file);
      for (const level of ["stored", "read", "restore"]) {
        expect(await verdict(["--id", manifest.id, "--level", level])).toEqual([10, "BACKUP.CHECKSUM_MISMATCH"]);
      }
    });

    test("a missing manifest: the files are no backup, and nothing claims that they are", async () => {
      await rm(world.path("store", `${manifest.id}.json`));
      expect(await verdict(["--id", manifest.id])).toEqual([2, "BACKUP.NOT_FOUND"]);
      const { backups, invalid, orphans } = await list();
      expect([backups, invalid]).toEqual([[], []]);
      expect(orphans).toEqual([{ store: world.store, file: manifest.parts[0]?.file }]);
    });

    test("a manifest under another backup's name", async () => {
      const other = await world.backup();
      await copyFile(world.path("store", `${manifest.id}.json`), world.path("store", `${other.id}.json`));
      expect(await verdict(["--id", other.id])).toEqual([10, "BACKUP.MANIFEST_INVALID"]);
      expect(await states()).toEqual([[manifest.id, "read"]]);
    });

    test.each([
      ["not JSON", () => "{ this is no JSON"],
      ["empty", () => ""],
      ["another JSON value", () => "[]"],
      ["without a seal", (text: string) => text.replace(/,\s*"sha256": "[0-9a-f]{64}"\s*\}\s*$/, "}")],
      ["cut", (text: string) => text.slice(0, text.length >> 1)],
      ["edited", (text: string) => text.replace('"rows": 500', '"rows": 501')],
    ])("a manifest that is %s", async (_name, mutilate) => {
      const path = world.path("store", `${manifest.id}.json`);
      const before = await readFile(path, "utf8");
      const after = mutilate(before);
      expect(after).not.toBe(before);
      await writeFile(path, after);
      expect(await verdict(["--id", manifest.id])).toEqual([10, "BACKUP.MANIFEST_INVALID"]);
      expect(await verdict([])).toEqual([10, "BACKUP.MANIFEST_INVALID"]);
      expect(await verdict(["--all"])).toEqual([10, "BACKUP.MANIFEST_INVALID"]);
      const { backups, invalid } = await list();
      expect(backups).toEqual([]);
      expect(invalid).toEqual([{ store: world.store, file: `${manifest.id}.json`, problem: expect.any(String) }]);
      const { stdout } = await world.run(["backup", "list", "--store", "store"]);
      expect(stdout).toContain(`${manifest.id}.json is not counted`);
    });

    test("one flipped byte anywhere in the manifest is found", async () => {
      const path = world.path("store", `${manifest.id}.json`);
      const sound = await readFile(path);
      for (let at = 0; at < sound.length; at += 61) {
        const broken = Buffer.from(sound);
        broken.writeUInt8(broken.readUInt8(at) ^ 4, at);
        await writeFile(path, broken);
        const { backups, invalid } = await list();
        // White space carries no meaning: what it says is still what was sealed.
        if (isSameValue(broken, sound)) expect([at, backups.length]).toEqual([at, 1]);
        else expect([at, backups, invalid.length]).toEqual([at, [], 1]);
      }
    });

    test("a manifest of a newer dbops is exit 8, naming what is needed", async () => {
      const { sha256: _seal, ...body } = manifest;
      await writeFile(world.path("store", `${manifest.id}.json`), sealManifest({ ...body, version: 2 }).text);
      expect(await verdict(["--id", manifest.id])).toEqual([8, "UNSUPPORTED.FORMAT_VERSION"]);
      const { invalid } = await list();
      expect(invalid[0]?.problem).toContain("versions up to 1");
    });

    test("a manifest that belongs to other files: a part of another name is missing", async () => {
      const { sha256: _seal, ...body } = manifest;
      const parts = body.parts.map((part) => ({ ...part, file: `${body.id}.elsewhere.sqlite.zst` }));
      await writeFile(world.path("store", `${manifest.id}.json`), sealManifest({ ...body, parts }).text);
      expect(await verdict(["--id", manifest.id])).toEqual([10, "BACKUP.PART_MISSING"]);
      expect(await states()).toEqual([[manifest.id, "incomplete"]]);
    });

    test("a manifest that names a path out of the store reads nothing there", async () => {
      const { sha256: _seal, ...body } = manifest;
      const parts = body.parts.map((part) => ({ ...part, file: "../app.db" }));
      await writeFile(world.path("store", `${manifest.id}.json`), sealManifest({ ...body, parts }).text);
      expect(await verdict(["--id", manifest.id])).toEqual([10, "BACKUP.MANIFEST_INVALID"]);
    });

    test("tables that differ from the fingerprint are found by a restore, and only then", async () => {
      const { sha256: _seal, ...body } = manifest;
      const tables = body.fingerprint.tables.map((table) => ({ ...table, hash: "0" }));
      const forged = sealManifest({ ...body, fingerprint: { ...body.fingerprint, tables } });
      await writeFile(world.path("store", `${manifest.id}.json`), forged.text);
      expect((await verify(["--level", "read"])).exit).toBe(0);
      expect(await verdict(["--level", "restore"])).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
      expect(await states()).toEqual([[manifest.id, "damaged"]]);
    });

    test("a damaged mark counts for nothing", async () => {
      expect((await verify(["--level", "restore"])).exit).toBe(0);
      expect(await states()).toEqual([[manifest.id, "proven"]]);
      const [proof = ""] = (await readdir(world.store)).filter((name) => name.includes(".proof-"));
      await writeFile(world.path("store", proof), '{"version": 1, "id": "');
      expect(await states()).toEqual([[manifest.id, "read"]]);
    });
  });

  describe("as a user who may not read them", () => {
    let store: string[];

    beforeEach(async () => {
      await world.backup(["--compress", "none"]);
      store = ["--store", world.store];
    });

    test("the whole folder is exit 11", async () => {
      await chmod(world.store, 0o000);
      expect(await refusal(["backup", "list", ...store])).toEqual([11, "STORE.NOT_READABLE"]);
      await chmod(world.store, 0o700);
    });

    test("a data file is exit 11, and the backup is not called damaged for it", async () => {
      const [data = ""] = (await world.storeFiles()).filter((name) => name.endsWith(".sqlite"));
      await chmod(world.path("store", data), 0o000);
      expect(await refusal(["backup", "verify", "--all", ...store])).toEqual([11, "STORE.NOT_READABLE"]);
      expect((await world.storeFiles()).filter((name) => name.includes(".damaged-"))).toEqual([]);
    });

    test("a manifest is not counted, and `list` says why", async () => {
      const [manifest = ""] = (await world.storeFiles()).filter((name) => name.endsWith(".json"));
      await chmod(world.path("store", manifest), 0o000);
      const { stdout } = await runUnprivileged(["backup", "list", ...store, "--json"], world.folder);
      const { backups, invalid } = listSchema.parse(JSON.parse(stdout).data);
      expect(backups).toEqual([]);
      expect(invalid[0]?.problem).toContain("EACCES");
    });

    async function refusal(argv: readonly string[]): Promise<[number, string]> {
      const { exit, stdout } = await runUnprivileged([...argv, "--json"], world.folder);
      return [exit, JSON.parse(stdout).error.code];
    }
  });
});

function verify(flags: readonly string[]) {
  const target = flags.includes("--id") ? [] : ["app.db"];
  return world.run(["backup", "verify", ...target, "--store", "store", "--json", ...flags]);
}

async function verdict(flags: readonly string[]): Promise<[number, string | undefined]> {
  const { exit, json } = await verify(flags);
  return [exit, json().error?.code];
}

async function list() {
  const { exit, json, stderr } = await world.run(["backup", "list", "--store", "store", "--json"]);
  expect(exit, stderr).toBe(0);
  return listSchema.parse(json().data);
}

async function states(): Promise<[string, string][]> {
  return (await list()).backups.map(({ id, state }) => [id, state.kind]);
}

function fileOf({ parts }: Manifest): string {
  return world.path("store", parts[0]?.file ?? "");
}

async function flip(file: string, where: number): Promise<void> {
  const bytes = await readFile(file);
  const isFraction = where > 0 && where < 1;
  const at = isFraction ? Math.floor(bytes.length * where) : where < 0 ? bytes.length + where : where;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(file, bytes);
}

function isSameValue(one: Buffer, other: Buffer): boolean {
  try {
    return JSON.stringify(JSON.parse(one.toString("utf8"))) === JSON.stringify(JSON.parse(other.toString("utf8")));
  } catch {
    return false;
  }
}

test("after a damaged newest backup, `list` goes on to the proven one, not to proving the damaged one", async () => {
  await using world = await backupWorld(50);
  const proven = await world.backup(["--verify", "restore"]);
  const newest = await world.backup();
  await writeFile(world.path("store", newest.parts[0]?.file ?? ""), "mutilated");
  expect((await world.run(["backup", "verify", "--store", "store", "--all"])).exit).toBe(10);
  const { stdout } = await world.run(["backup", "list", "--store", "store"]);
  expect(stdout).toContain(`next: dbops backup show ${proven.id.slice(-6)} --store store\n`);
  const named = await world.run(["backup", "list", "app.db", "--store", "store"]);
  expect(named.stdout).toContain("next: dbops restore --from latest --dry-run app.db --store store\n");
});
