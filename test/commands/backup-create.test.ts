import { createHash } from "node:crypto";
import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCommand } from "#dbops/commands/backup/create.js";
import { parseManifest } from "#dbops/lib/backup/manifest.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";

let world: BackupWorld;

beforeEach(async () => {
  world = await backupWorld();
});

afterEach(() => world[Symbol.asyncDispose]());

describe("one backup", () => {
  test("is a data file, its manifest and RESTORE.md, all private", async () => {
    const { exit, stdout, stderr } = await world.run(["backup", "app.db", "--store", "store"]);
    expect(exit, stderr).toBe(0);
    const files = await world.storeFiles();
    const [id] = /app_\d{8}T\d{6}Z_[0-9a-f]{6}/.exec(stdout) ?? [];
    expect(files).toEqual([`${id}.json`, `${id}.sqlite.zst`]);
    expect((await stat(world.store)).mode & 0o777).toBe(0o700);
    for (const name of files) expect((await stat(world.path("store", name))).mode & 0o777).toBe(0o600);
    expect(await readFile(world.path("store", "RESTORE.md"), "utf8")).toContain(id);
    expect(await world.leftovers()).toEqual([]);
  });

  test("--json describes it: sizes and hashes are those of the bytes, the content that of the table", async () => {
    const { json, exit } = await world.run(["backup", "app.db", "--store", "store", "--compress", "gzip", "--json"]);
    expect(exit).toBe(0);
    const data = (await createCommand.schema()).parse(json().data);
    expect(data).toEqual(json().data);
    const { backup, store } = json().data;
    expect(store).toBe(world.store);
    const stored = await readFile(world.path("store", backup.file));
    const raw = gunzipSync(stored);
    expect(backup).toMatchObject({
      target: "app",
      engine: "sqlite",
      file: `${backup.id}.sqlite.gz`,
      manifestFile: `${backup.id}.json`,
      rawBytes: raw.length,
      storedBytes: stored.length,
      rawSha256: sha256(raw),
      storedSha256: sha256(stored),
      compression: "gzip",
      encryption: null,
      isPartial: false,
      condition: { state: "sound", details: [] },
      verified: "read",
    });
    expect(backup.parts).toEqual([
      {
        kind: "main",
        file: backup.file,
        rawBytes: raw.length,
        storedBytes: stored.length,
        rawSha256: sha256(raw),
        storedSha256: sha256(stored),
      },
    ]);
    const [table, ...others] = backup.tables;
    expect(others).toEqual([]);
    expect(table).toMatchObject({ kind: "table", schema: null, name: "t", rows: 500 });
    expect(table.hash).toMatch(/\w+/);
    await writeFile(world.path("copy.db"), raw);
    expect(rowsOf(world.path("copy.db"))).toEqual(rowsOf(world.path("app.db")));
  });

  test("has a manifest that is sealed and knows where and how it was made", async () => {
    const { id } = await world.backup();
    const manifest = parseManifest(await readFile(world.path("store", `${id}.json`), "utf8"), `${id}.json`);
    expect(manifest).toMatchObject({
      version: 1,
      target: "app",
      identity: expect.stringContaining(world.path("app.db")),
      seq: 1,
      tool: { name: "dbops", version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      adopted: false,
      auditHead: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await world.backup()).seq).toBe(2);
  });

  test.each([
    ["zstd", ".zst"],
    ["gzip", ".gz"],
    ["none", ""],
  ])("--compress %s", async (compress, extension) => {
    const { compression, parts } = await world.backup(["--compress", compress]);
    expect(compression).toBe(compress);
    expect(parts[0]?.file).toMatch(new RegExp(`\\.sqlite${extension.replace(".", "\\.")}$`));
  });

  test("without a zstd program and without one in Node: gzip, and it is said", async () => {
    const bin = await programsWithout("zstd");
    const { exit, stderr, json } = await world.run(["backup", "app.db", "--store", "store", "--json"], {
      env: { PATH: bin },
    });
    expect(exit, stderr).toBe(0);
    const hasOwn = "createZstdCompress" in (await import("node:zlib"));
    expect(json().data.backup.compression).toBe(hasOwn ? "zstd" : "gzip");
  });

  test("--name begins its ID, with strange bytes encoded", async () => {
    const { id } = await world.backup(["--name", "before the move/ä"]);
    expect(id).toMatch(/^before%20the%20move%2F%C3%A4_\d{8}T\d{6}Z_[0-9a-f]{6}$/);
    const { exit } = await world.run(["backup", "verify", "--id", id, "--store", "store"]);
    expect(exit).toBe(0);
  });

  test.each([
    ["none", "none"],
    ["stored", "stored"],
    ["read", "read"],
    ["restore", "restore"],
  ])("--verify %s is recorded as %s", async (level, verified) => {
    const manifest = await world.backup(["--verify", level]);
    expect(manifest.verified).toBe(verified);
    const proofs = (await world.storeFiles()).filter((name) => name.includes(".proof-"));
    expect(proofs).toHaveLength(level === "restore" ? 1 : 0);
  });

  test.each([
    ["hash", 500, true],
    ["auto", 500, true],
    ["counts", 500, false],
  ])("--fingerprint %s", async (mode, rows, hasHash) => {
    const { fingerprint } = await world.backup(["--fingerprint", mode]);
    expect(fingerprint.tables.map((table) => [table.rows, table.hash !== null])).toEqual([[rows, hasHash]]);
  });

  test("--fingerprint none has nothing to compare by, and a restore says so", async () => {
    const { fingerprint } = await world.backup(["--fingerprint", "none"]);
    expect(fingerprint.tables.every(({ rows, hash }) => rows === null && hash === null)).toBe(true);
  });

  test("--compact packs the file without changing its content", async () => {
    world.sql("DELETE FROM t WHERE id > 10");
    const plain = await world.backup(["--compress", "none"]);
    const compact = await world.backup(["--compress", "none", "--compact"]);
    expect(compact.parts[0]?.rawBytes).toBeLessThan(plain.parts[0]?.rawBytes ?? 0);
    expect(compact.fingerprint.tables).toEqual(plain.fingerprint.tables);
  });

  test("leaves the database as it was", async () => {
    world.sql("PRAGMA journal_mode = WAL");
    const before = await readFile(world.path("app.db"));
    await world.backup();
    expect(await readFile(world.path("app.db"))).toEqual(before);
    expect((await readdir(world.folder)).filter((name) => /^app\.db-/.test(name))).toEqual([]);
  });

  test("of an empty database is a backup too", async () => {
    await writeFile(world.path("empty.db"), "");
    const { exit, stderr } = await world.run(["backup", "empty.db", "--store", "store", "--verify", "restore"]);
    expect(exit, stderr).toBe(0);
    expect((await world.storeFiles()).some((name) => name.includes(".proof-"))).toBe(true);
  });
});

describe("what it is refused for", () => {
  test.each([
    [["--level", "0"], "--level"],
    [["--level", "many"], "--level"],
    [["--compress", "brotli"], "brotli"],
    [["--compress", "gzip", "--level", "10"], "no level 10"],
    [["--verify", "maybe"], "maybe"],
    [["--encrypt-to", "age1nonsense"], "age1nonsense"],
    [["--tables", "a", "--exclude-tables", "b"], "exclude each other"],
    [["--manifest", "m.json"], "--store -"],
    [["--all"], "exclude each other"],
    [["--name", ""], "--name is empty"],
    [["--compress", "none", "--level", "3"], "--level goes with a compression"],
    [["--identity", "gone.txt"], "identity file"],
    [["--identity", "app.db"], "no AGE-SECRET-KEY"],
  ])("%j is exit 2, and nothing is written", async (flags, words) => {
    const { exit, stderr } = await world.run(["backup", "app.db", "--store", "store", ...flags]);
    expect(stderr).toContain(words);
    expect(exit).toBe(2);
    expect(await world.storeFiles()).toEqual([]);
  });

  test.each([[["--tables", "t"]], [["--jobs", "2"]], [["--format", "plain"]], [["--", "--table=t"]]])(
    "%j, which SQLite has not, is exit 8",
    async (flags) => {
      const { exit, stderr } = await world.run(["backup", "app.db", "--store", "store", ...flags]);
      expect(exit, stderr).toBe(8);
      expect(stderr).toContain("UNSUPPORTED.ENGINE");
      expect(await world.storeFiles()).toEqual([]);
    },
  );

  test("a missing file is exit 6 and makes no store", async () => {
    const { exit, json } = await world.run(["backup", "gone.db", "--store", "store", "--json"]);
    expect([exit, json().error.code]).toEqual([6, "CONNECT.FILE_MISSING"]);
    expect(await world.storeFiles()).toEqual([]);
  });

  test("a file that is no database is exit 6", async () => {
    await writeFile(world.path("text.db"), "no database at all, only words\n".repeat(100));
    const { exit, json } = await world.run(["backup", "text.db", "--store", "store", "--json"]);
    expect([exit, json().error.code]).toEqual([6, "CONNECT.NOT_A_DATABASE"]);
  });
});

describe("a damaged source", () => {
  test("is saved all the same: exit 10, marked, never the latest", async () => {
    const sound = await world.backup();
    await damageTable(world.path("app.db"));
    const { exit, json } = await world.run(["backup", "app.db", "--store", "store", "--json"]);
    expect([exit, json().ok, json().error.code]).toEqual([10, false, "BACKUP.SOURCE_DAMAGED"]);
    const { backup } = json().data;
    expect(backup.condition.state).toBe("damaged");
    expect(backup.condition.details.length).toBeGreaterThan(0);
    expect(await world.storeFiles()).toContain(backup.file);
    const listed = (await world.run(["backup", "list", "--store", "store", "--json"])).json().data.backups;
    expect(listed.map((one: { id: string; state: { kind: string } }) => [one.id, one.state.kind])).toEqual([
      [backup.id, "sourceDamaged"],
      [sound.id, "read"],
    ]);
    const verified = await world.run(["backup", "verify", "app.db", "--store", "store", "--json"]);
    expect(verified.json().data.verified[0].id).toBe(sound.id);
  });
});

describe("clocks", () => {
  test("one that jumps back hides nothing: the sequence keeps the order of equal times", async () => {
    const clock = new ManualClock(new Date("2026-09-01T02:00:00Z"));
    const first = await world.backup([], { clock });
    const second = await world.backup([], { clock });
    clock.pass(-3_600_000);
    const third = await world.backup([], { clock });
    expect([first.seq, second.seq, third.seq]).toEqual([1, 2, 3]);
    const { json } = await world.run(["backup", "list", "--store", "store", "--json"], { clock });
    expect(json().data.backups.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id, third.id]);
  });
});

describe("--store -", () => {
  test("sends one finished copy to stdout and nothing else there; the manifest goes to its file", async () => {
    const { exit, stdout, stderr } = await world.run(
      ["backup", "app.db", "--store", "-", "--compress", "none", "--manifest", "m.json"],
      {},
    );
    expect(exit, stderr).toBe(0);
    expect(stdout.startsWith("SQLite format 3\0")).toBe(true);
    const sealed = await readFile(world.path("m.json"), "utf8");
    const manifest = parseManifest(sealed, `${JSON.parse(sealed).id}.json`);
    expect(manifest.parts[0]?.rawBytes).toBe((await stat(world.path("app.db"))).size);
    expect(await world.leftovers()).toEqual([]);
    expect((await readdir(world.folder)).sort()).toEqual([".home", "app.db", "m.json", "scratch"]);
  });

  test.each([[["--json"]], [["--jobs", "2"]], [["--verify", "read"]], [["--prune"]]])("not with %j", async (flags) => {
    const { exit, stderr } = await world.run(["backup", "app.db", "--store", "-", ...flags]);
    expect(exit).toBe(2);
    expect(stderr).toContain("exclude each other");
  });
});

describe("--all", () => {
  beforeEach(async () => {
    await world.write(
      "dbops.yaml",
      "version: 1\ntargets: {gone: ./gone.db, app: ./app.db}\nbackup: {store: ./store}\n",
    );
  });

  test("one failure does not stop the rest: exit 5, ok, each with its own outcome", async () => {
    const { exit, json } = await world.run(["backup", "--all", "--json"]);
    expect([exit, json().ok, json().error]).toEqual([5, true, null]);
    expect((await createCommand.schema()).parse(json().data)).toEqual(json().data);
    const { backups } = json().data;
    expect(backups.map((one: { target: string; ok: boolean }) => [one.target, one.ok])).toEqual([
      ["gone", false],
      ["app", true],
    ]);
    expect(backups[0].error.code).toBe("CONNECT.FILE_MISSING");
    expect(backups[1].error).toBe(null);
    expect(json().targets).toEqual(["gone", "app"]);
  });

  test("people see which failed, and why, also with --quiet", async () => {
    const { exit, stdout, stderr } = await world.run(["backup", "--all", "--quiet"]);
    expect(exit).toBe(5);
    expect(`${stdout}${stderr}`).toMatch(/gone .*gone\.db/);
    expect(`${stdout}${stderr}`).toContain("do: check the path");
    expect(`${stdout}${stderr}`).toContain("CONNECT.FILE_MISSING");
  });

  test("where nothing could be backed up, nothing is done in part", async () => {
    await world.write(
      "dbops.yaml",
      "version: 1\ntargets: {gone: ./gone.db, lost: ./lost.db}\nbackup: {store: ./store}\n",
    );
    const { exit, json } = await world.run(["backup", "--all", "--json"]);
    expect([exit, json().ok, json().error.code]).toEqual([6, false, "CONNECT.FILE_MISSING"]);
    expect(json().data.backups).toHaveLength(2);
  });

  test("needs a configuration", async () => {
    await rename(world.path("dbops.yaml"), world.path("other.yaml"));
    const { exit, stderr } = await world.run(["backup", "--all"]);
    expect(exit).toBe(2);
    expect(stderr).toContain("dbops init");
  });
});

describe("--prune", () => {
  const KEEP = `version: 1
targets: {app: ./app.db}
backup: {store: ./store, keep: {last: 2, daily: 0, weekly: 0, monthly: 0}}
`;

  test("deletes what no rule keeps, right after success, and says what", async () => {
    await world.write("dbops.yaml", KEEP);
    const clock = new ManualClock();
    const ids: string[] = [];
    for (let night = 0; night < 3; night += 1) {
      const { exit, json, stderr } = await world.run(["backup", "--prune", "--json"], { clock });
      expect(exit, stderr).toBe(0);
      ids.push(json().data.backup.id);
      expect(json().data.pruned).toEqual(night < 2 ? [] : [{ id: ids[0], reason: expect.any(String) }]);
      clock.pass(86_400_000);
    }
    const manifests = (await world.storeFiles()).filter((name) => name.endsWith(".json"));
    expect(manifests).toEqual([`${ids[1]}.json`, `${ids[2]}.json`]);
  });

  test("deletes nothing after a failed run", async () => {
    await world.write("dbops.yaml", KEEP);
    const clock = new ManualClock();
    for (let night = 0; night < 3; night += 1) {
      await world.run(["backup"], { clock });
      clock.pass(86_400_000);
    }
    await rename(world.path("app.db"), world.path("away.db"));
    expect((await world.run(["backup", "--prune"], { clock })).exit).toBe(6);
    expect((await world.storeFiles()).filter((name) => name.endsWith(".zst"))).toHaveLength(3);
  });
});

test("it streams into a store without changing files that are not ours", async () => {
  await world.backup();
  await writeFile(world.path("store", "notes.txt"), "mine");
  await writeFile(world.path("store", "other.sqlite.partial"), "another run's");
  await world.backup();
  expect(await readFile(world.path("store", "notes.txt"), "utf8")).toBe("mine");
  expect(await readFile(world.path("store", "other.sqlite.partial"), "utf8")).toBe("another run's");
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function rowsOf(file: string): unknown[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare("SELECT * FROM t ORDER BY id").all();
  } finally {
    database.close();
  }
}

/** Overwrites the middle of a page of the table's b-tree. */
async function damageTable(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.fill(0xff, 8192, 8192 + 4096);
  await writeFile(file, bytes);
}

/** A folder with links to the stock programs but one. */
async function programsWithout(missing: string): Promise<string> {
  const { mkdir, symlink } = await import("node:fs/promises");
  const bin = world.path("bin");
  await mkdir(bin);
  for (const name of ["age", "gzip", "tar"]) if (name !== missing) await symlink(`/usr/bin/${name}`, `${bin}/${name}`);
  return bin;
}
