import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { discardCommand } from "#dbops/commands/restore/discard.js";
import { previousCommand } from "#dbops/commands/restore/previous.js";
import { runCommand } from "#dbops/commands/restore/run.js";
import { undoCommand } from "#dbops/commands/restore/undo.js";
import { restoreRecordSchema } from "#dbops/lib/restore/restore-record.js";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { ManualClock } from "../support/manual-clock.js";
import { contentOf, halfFilesIn, keptIn, restoreApp } from "../support/restore-world.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

const run = promisify(execFile);
let world: BackupWorld;
let backedUp: unknown;

beforeEach(async () => {
  world = await backupWorld();
  backedUp = contentOf(world.path("app.db"));
});

afterEach(() => world[Symbol.asyncDispose]());

/** Changes app.db after the backup and returns what it holds now. */
function damage(): unknown {
  world.sql("DELETE FROM t WHERE id > 10", "CREATE TABLE later (x)");
  return contentOf(world.path("app.db"));
}

function expectUntouched(content: unknown): void {
  expect(contentOf(world.path("app.db"))).toEqual(content);
  expect(halfFilesIn(world.folder)).toEqual([]);
  expect(keptIn(world.folder)).toEqual([]);
}

describe("over an existing database", () => {
  test("brings back every row, keeps the old state, records it, and says so in the schema's words", async () => {
    const { id } = await world.backup();
    const damaged = damage();
    await chmod(world.path("app.db"), 0o640);
    const { exit, stderr, json } = await restoreApp(world, ["--from", "latest"]);
    expect(exit, stderr).toBe(0);
    const data = (await runCommand.schema()).parse(json().data);
    expect(data).toEqual(json().data);
    const { restore } = json().data;
    expect(restore).toMatchObject({
      from: id,
      kind: "backup",
      to: world.path("app.db"),
      compared: "hash",
      swapped: true,
    });
    expect(restore.tables).toEqual([{ kind: "table", schema: null, name: "t", rows: 500, matches: true }]);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
    expect((await stat(world.path("app.db"))).mode & 0o777).toBe(0o640);
    expect(contentOf(restore.previous)).toEqual(damaged);
    expect(halfFilesIn(world.folder)).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
    const record = restoreRecordSchema.parse(JSON.parse(await readFile(world.path("store", restore.record), "utf8")));
    expect(record).toMatchObject({
      version: 1,
      backup: id,
      identity: world.path("app.db"),
      previous: restore.previous,
    });
  });

  test("what was not counted is shown as unknown, not as gone", async () => {
    world.sql("CREATE TABLE dropped (x); INSERT INTO dropped VALUES (1)");
    const taken = await world.run(["backup", "app.db", "--store", "store", "--fingerprint", "none"]);
    expect(taken.stdout).toMatch(/^content: +2 tables, rows not counted$/m);
    world.sql("DROP TABLE dropped", "CREATE TABLE later (x)");
    const look = await world.run(["restore", "app.db", "--store", "store", "--from", "latest", "--dry-run"]);
    expect(look.exit, look.stderr).toBe(0);
    expect(look.stdout).toMatch(/^t +500 +not counted +not known$/m);
    expect(look.stdout).toMatch(/^later +0 +- +gone$/m);
    expect(look.stdout).toMatch(/^dropped +- +not counted +new$/m);
  });

  test("by part of an ID, by time, and by the file's path", async () => {
    const clock = new ManualClock(new Date("2026-09-01T10:00:00Z"));
    const first = await world.backup([], { clock });
    clock.pass(3_600_000);
    world.sql("DELETE FROM t WHERE id > 400");
    const second = await world.backup([], { clock });
    clock.pass(60_000);
    for (const [flags, id] of [
      [["--from", first.id.slice(-6)], first.id],
      [["--from", "latest"], second.id],
      [["--before", "2026-09-01T11:00:00Z"], first.id],
      [["--before", "30m"], first.id],
      [["--from", world.path("store", second.parts[0]?.file ?? "")], second.id],
      [["--from", `store/${first.id}.json`], first.id],
    ] as const) {
      const { exit, stderr, json } = await restoreApp(world, flags, { clock });
      expect(exit, stderr).toBe(0);
      expect(json().data.restore.from).toBe(id);
      clock.pass(1000);
    }
    const none = await restoreApp(world, ["--before", "2026-09-01T09:00:00Z"], { clock });
    expect([none.exit, none.json().error.code]).toEqual([2, "BACKUP.NOT_FOUND"]);
    expect(none.json().error.why).toBe(`the oldest of its 2 backups was taken ${first.takenAt}`);
  });

  test("through a link: the real file is swapped and the link stays", async () => {
    await world.backup();
    damage();
    await symlink(world.path("app.db"), world.path("link.db"));
    const { exit, stderr } = await world.run([
      "restore",
      "link.db",
      "--store",
      "store",
      "--from",
      "latest",
      "--confirm",
      world.path("app.db"),
    ]);
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
    expect(
      (await readdir(world.folder, { withFileTypes: true })).find(({ name }) => name === "link.db")?.isSymbolicLink(),
    ).toBe(true);
  });

  test("--in-place writes into the very file, and keeps a copy", async () => {
    await world.backup();
    const damaged = damage();
    const before = await stat(world.path("app.db"));
    const { exit, stderr, json } = await restoreApp(world, ["--from", "latest", "--in-place"]);
    expect(exit, stderr).toBe(0);
    expect((await stat(world.path("app.db"))).ino).toBe(before.ino);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
    expect(contentOf(json().data.restore.previous)).toEqual(damaged);
  });

  test("--dry-run shows what would be lost and leaves not even a lock file", async () => {
    await world.backup();
    const damaged = damage();
    world.sql("DELETE FROM later", "INSERT INTO later VALUES (1), (2)");
    const { exit, stdout } = await world.run([
      "restore",
      "app.db",
      "--store",
      "store",
      "--from",
      "latest",
      "--dry-run",
    ]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/later\s+2\s+-\s+gone/);
    expect(stdout).toMatch(/t\s+10\s+500\s+\+490/);
    expect(stdout).toMatch(/swap it in .* destroys/);
    expect(await readdir(world.folder)).not.toContain(".app.db.dbops-lock");
    expect(keptIn(world.folder)).toEqual([]);
    expect((damaged as unknown[]).length).toBe(3);
  });

  test("a database that is in use: exit 7 naming who, and nothing has happened; once it is free, it works", async () => {
    await world.backup();
    const damaged = damage();
    const holder = startSqliteProcess(
      "const db = new Database(args[0]); db.exec('BEGIN IMMEDIATE'); say('holding'); stay()",
      { args: [world.path("app.db")] },
    );
    expect(await holder.line()).toBe("holding");
    const held = await restoreApp(world, ["--from", "latest", "--lock-wait", "200ms"]);
    expect([held.exit, held.json().error.code], held.stderr).toEqual([7, "LOCK.SESSIONS"]);
    expect(held.json().error.why + held.json().error.hint).toContain(String(holder.pid));
    await holder.kill();
    world.sql("SELECT 1");
    expectUntouched(damaged);
    expect((await restoreApp(world, ["--from", "latest"])).exit).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("a file that is no database any more can be restored over", async () => {
    await world.backup();
    await writeFile(world.path("app.db"), "this was a database");
    const { exit, stderr, json } = await restoreApp(world, ["--from", "latest"]);
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
    expect(await readFile(json().data.restore.previous, "utf8")).toBe("this was a database");
  });
});

describe("into another place", () => {
  test("where nothing is: no consent is needed", async () => {
    const { id } = await world.backup();
    const { exit, stderr, json } = await world.run([
      "restore",
      "app.db",
      "--store",
      "store",
      "--from",
      "latest",
      "--to",
      "new.db",
      "--json",
    ]);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore).toMatchObject({ from: id, to: world.path("new.db"), previous: null });
    expect(contentOf(world.path("new.db"))).toEqual(backedUp);
    expect(json().targets).toEqual(["new", "app"]);
  });

  test("where another database is: the consent is the destination's, not the source's", async () => {
    await world.backup();
    await copyFile(world.path("app.db"), world.path("other.db"));
    const asked = (token: string) =>
      world.run([
        "restore",
        "app.db",
        "--store",
        "store",
        "--from",
        "latest",
        "--to",
        "other.db",
        "--json",
        "--confirm",
        token,
      ]);
    const wrong = await asked("app.db");
    expect([wrong.exit, wrong.json().error.code]).toEqual([2, "USAGE.CONFIRM_MISMATCH"]);
    expect((await asked("other.db")).exit).toBe(0);
  });

  test("the database is gone: its backups are found by its path", async () => {
    await world.backup();
    await rm(world.path("app.db"));
    const { exit, stderr } = await world.run(["restore", "app.db", "--store", "store", "--from", "latest"]);
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("another machine: other path, same name, same store; it works and says whose backups these are", async () => {
    await world.backup();
    await mkdir(world.path("elsewhere"));
    const { exit, stderr, json } = await world.run([
      "restore",
      "elsewhere/app.db",
      "--store",
      "store",
      "--from",
      "latest",
      "--json",
    ]);
    expect(exit, stderr).toBe(0);
    expect(json().warnings.join()).toContain(world.path("app.db"));
    expect(contentOf(world.path("elsewhere", "app.db"))).toEqual(backedUp);
  });

  test("two other databases of that name in the store: exit 2 listing them, an ID decides", async () => {
    const { id } = await world.backup();
    for (const folder of ["a", "b"]) await mkdir(world.path(folder));
    await copyFile(world.path("app.db"), world.path("a", "app.db"));
    expect((await world.run(["backup", "a/app.db", "--store", "store"])).exit).toBe(0);
    const both = await world.run(["restore", "b/app.db", "--store", "store", "--from", "latest", "--json"]);
    expect([both.exit, both.json().error.code]).toEqual([2, "BACKUP.AMBIGUOUS"]);
    expect(both.json().error.why).toContain(world.path("a", "app.db"));
    expect((await world.run(["restore", "b/app.db", "--store", "store", "--from", id])).exit).toBe(0);
  });
});

describe("consent", () => {
  const words = ["restore", "app.db", "--store", "store", "--from", "latest", "--json"];

  test.each([
    ["none given, nobody there", [], "USAGE.CONSENT_MISSING"],
    ["--yes is not enough", ["--yes"], "USAGE.CONSENT_MISSING"],
    ["a wrong token", ["--confirm", "other"], "USAGE.CONFIRM_MISMATCH"],
    ["the derived name of a file", ["--confirm", "app"], "USAGE.CONFIRM_MISMATCH"],
  ])("%s: exit 2 naming the exact flag, untouched", async (_title, flags, code) => {
    await world.backup();
    const damaged = damage();
    const { exit, json } = await world.run([...words, ...flags]);
    expect([exit, json().error.code]).toEqual([2, code]);
    expect(json().error.hint).toContain(`--confirm ${world.path("app.db")}`);
    expectUntouched(damaged);
  });

  test("is refused before the backup is read: with a damaged one too", async () => {
    const { id, parts } = await world.backup();
    const damaged = damage();
    await writeFile(world.path("store", parts[0]?.file ?? ""), randomBytes(parts[0]?.storedBytes ?? 0));
    for (const flags of [[], ["--confirm", "other"]]) {
      const refused = await world.run(["restore", "app.db", "--store", "store", "--from", id, ...flags]);
      expect(refused.exit, refused.stderr).toBe(2);
      expect(refused.stderr).not.toContain("checking the backup");
    }
    const look = await world.run(["restore", "app.db", "--store", "store", "--from", id, "--dry-run"]);
    expect(look.exit, look.stderr).toBe(10);
    const elsewhere = await world.run(["restore", "app.db", "--store", "store", "--from", id, "--to", "new.db"]);
    expect(elsewhere.exit, elsewhere.stderr).toBe(10);
    expectUntouched(damaged);
  });

  test("a configured target is confirmed by its name or its path", async () => {
    await world.write("dbops.yaml", "version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store}\n");
    await world.backup();
    for (const token of ["app", world.path("app.db")]) {
      const { exit, stderr } = await world.run(["restore", "app", "--from", "latest", "--confirm", token]);
      expect(exit, stderr).toBe(0);
    }
    const asked = await world.run(["restore", "app", "--from", "latest", "--json"]);
    expect(asked.json().error.hint).toContain("--confirm app");
  });

  test("a protected target must be named, even when it is the only one", async () => {
    await world.write(
      "dbops.yaml",
      "version: 1\ntargets: {app: {url: ./app.db, protected: true}}\nbackup: {store: ./store}\n",
    );
    await world.backup();
    const damaged = damage();
    const { exit, json } = await world.run(["restore", "--from", "latest", "--confirm", "app", "--json"]);
    expect([exit, json().error.code]).toEqual([2, "USAGE.TARGET_MISSING"]);
    expect(json().error.hint).toContain("-t app");
    expectUntouched(damaged);
    expect((await world.run(["restore", "-t", "app", "--from", "latest", "--confirm", "app"])).exit).toBe(0);
  });

  test("at a terminal the backup is picked, the losses are shown and the token is typed", async () => {
    await world.backup();
    damage();
    const { exit, stdout, stderr } = await world.run(["restore", "app.db", "--store", "store"], {
      tty: 120,
      talk: async ({ stdin, stderr: screen }) => {
        await screen.shows("Which backup?");
        stdin.type("\r");
        await screen.shows("to go on");
        stdin.type(`${world.path("app.db")}\r`);
      },
    });
    expect(exit, stderr).toBe(0);
    expect(stderr).toContain("WHAT CHANGES");
    expect(stdout).toContain("every table equal");
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("given by --confirm: the log still says what was replaced, by what; not with --quiet, not with --json", async () => {
    const { id } = await world.backup();
    damage();
    const words = ["restore", "app.db", "--store", "store", "--from", "latest", "--confirm", "app.db"];
    const { exit, stdout, stderr } = await world.run(words);
    expect(exit, stderr).toBe(0);
    const shown = ["INTO", "last write", "FROM", id, "WHAT CHANGES", "+490", "CHECKED"];
    const places = shown.map((part) => stderr.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(stdout).not.toContain("WHAT CHANGES");
    const undo = ["restore", "undo", "app.db", "--confirm", "app.db"];
    expect((await world.run(undo)).stderr).toMatch(/^UNDO$/m);
    for (const flag of ["--quiet", "--json"]) {
      for (const command of [words, undo]) expect((await world.run([...command, flag])).stderr).toBe("");
    }
  });

  test("a terminal that nobody gave a size is drawn on as if it had 80 columns", async () => {
    await world.backup();
    const { exit, stderr } = await world.run(["restore", "app.db", "--store", "store", "--to", "new.db"], {
      tty: 0,
      talk: async ({ stdin, stderr: screen }) => {
        await screen.shows("Which backup?");
        stdin.type("\r");
      },
    });
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("new.db"))).toEqual(backedUp);
  });

  test("neither --from nor --before and nobody to ask: exit 2 naming the flags", async () => {
    await world.backup();
    const { exit, json } = await world.run(["restore", "app.db", "--store", "store", "--json"]);
    expect([exit, json().error.code]).toEqual([2, "USAGE.INVALID"]);
    expect(json().error.hint).toMatch(/--from latest.*--before/);
  });

  test.each([
    [["--from", "latest", "--before", "1h"], "USAGE.INVALID"],
    [["--before", "yesterday"], "USAGE.INVALID"],
    [["--from", "./absent.sqlite"], "BACKUP.NOT_FOUND"],
    [["--from", "ffffff_not_there"], "BACKUP.NOT_FOUND"],
    [["--from", "latest", "--with-service"], "USAGE.INVALID"],
    [["--from", "latest", "--jobs", "0"], "USAGE.INVALID"],
  ])("%j is exit 2", async (flags, code) => {
    await world.backup();
    const damaged = damage();
    const { exit, json } = await restoreApp(world, flags);
    expect([exit, json().error.code]).toEqual([2, code]);
    expectUntouched(damaged);
  });
});

test.each([[["restore"]], [["restore", "undo"]]])(
  "%j --disconnect: a file has no sessions to end, exit 8, and what there is instead is named",
  async (words) => {
    const { id } = await world.backup();
    const from = words.length === 1 ? ["--store", "store", "--from", id] : [];
    const damaged = damage();
    const argv = [...words, "app.db", ...from, "--confirm", "app.db", "--disconnect", "--json"];
    const { exit, json } = await world.run(argv);
    expect([exit, json().error.code]).toEqual([8, "UNSUPPORTED.ENGINE"]);
    expect(json().error.hint).toMatch(/--with-service.*--lock-wait/);
    expectUntouched(damaged);
  },
);

describe("what is wrong is found before anything is touched", () => {
  test("a truncated, a flipped and a missing data file", async () => {
    const { id, parts } = await world.backup();
    const damaged = damage();
    const file = world.path("store", parts[0]?.file ?? "");
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 7));
    const truncated = await restoreApp(world, ["--from", id]);
    expect([truncated.exit, truncated.json().error.code]).toEqual([10, "BACKUP.PART_MISSING"]);
    for (const at of [0, 40, Math.floor(whole.length / 2), whole.length - 1]) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await writeFile(file, flipped);
      const { exit, json } = await restoreApp(world, ["--from", id]);
      expect(exit, `byte ${at}`).toBe(10);
      expect(json().error.code).toMatch(/^BACKUP\.(CHECKSUM_MISMATCH|DAMAGED)$/);
    }
    await rm(file);
    const gone = await restoreApp(world, ["--from", id]);
    expect([gone.exit, gone.json().error.code]).toEqual([10, "BACKUP.PART_MISSING"]);
    expectUntouched(damaged);
  });

  test("a manifest that was edited", async () => {
    const { id } = await world.backup();
    const damaged = damage();
    const manifest = world.path("store", `${id}.json`);
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace('"rows": 500', '"rows": 501'));
    const { exit, json } = await restoreApp(world, ["--from", id]);
    expect([exit, json().error.code]).toEqual([10, "BACKUP.MANIFEST_INVALID"]);
    expectUntouched(damaged);
  });

  test("a wrong identity, none, and the right one", async () => {
    const [key, other] = [await world.ageKey("key.txt"), await world.ageKey("other.txt")];
    await world.backup(["--encrypt-to", key.recipient, "--verify", "stored"]);
    const damaged = damage();
    const wrong = await restoreApp(world, ["--from", "latest", "--identity", "other.txt"]);
    expect([wrong.exit, wrong.json().error.code]).toEqual([10, "BACKUP.WRONG_KEY"]);
    const none = await restoreApp(world, ["--from", "latest"]);
    expect([none.exit, none.json().error.code]).toEqual([2, "BACKUP.KEY_MISSING"]);
    expect(other.identity).not.toBe(key.identity);
    expectUntouched(damaged);
    expect((await restoreApp(world, ["--from", "latest", "--identity", "key.txt"])).exit).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("a wrong passphrase, and the right one; neither is ever shown", async () => {
    await world.write("right", "correct horse\n");
    await world.write("wrong", "battery staple\n");
    await world.backup(["--passphrase-file", "right"]);
    const damaged = damage();
    const wrong = await restoreApp(world, ["--from", "latest", "--passphrase-file", "wrong"]);
    expect([wrong.exit, wrong.json().error.code], wrong.stderr).toEqual([10, "BACKUP.WRONG_KEY"]);
    expectUntouched(damaged);
    const right = await restoreApp(world, ["--from", "latest", "--passphrase-file", "right"]);
    expect(right.exit, right.stderr).toBe(0);
    for (const { stdout, stderr } of [wrong, right])
      expect(stdout + stderr).not.toMatch(/correct horse|battery staple/);
  });

  test("a copy that is not what was backed up: exit 10, the tables in the data, untouched", async () => {
    const { id } = await world.backup(["--compress", "none"]);
    const damaged = damage();
    await forgeRow(id);
    const { exit, json } = await restoreApp(world, ["--from", id]);
    expect([exit, json().error.code]).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
    expect(json().data.restore).toMatchObject({ swapped: false, previous: null, record: null });
    expect(json().data.restore.tables).toEqual([{ kind: "table", schema: null, name: "t", rows: 500, matches: false }]);
    expect((await runCommand.schema()).parse(json().data)).toEqual(json().data);
    expectUntouched(damaged);
  });

  test("a folder that nobody may write", async () => {
    await world.backup();
    const { exit, json } = await world.run([
      "restore",
      "app.db",
      "--store",
      "store",
      "--from",
      "latest",
      "--to",
      "absent/new.db",
      "--json",
    ]);
    expect([exit, json().error.code]).toEqual([6, "CONNECT.FILE_MISSING"]);
  });
});

describe("files made by others", () => {
  async function vacuumed(): Promise<string> {
    world.sql(`VACUUM INTO '${world.path("dump.db")}'`);
    return world.path("dump.db");
  }

  test.each([
    ["dump.db", (bytes: Buffer) => bytes],
    ["dump.sqlite3", (bytes: Buffer) => bytes],
    ["dump.db.gz", (bytes: Buffer) => gzipSync(bytes)],
  ])("%s is restored and said to be not compared", async (name, pack) => {
    const content = await readFile(await vacuumed());
    await rm(world.path("dump.db"));
    await writeFile(world.path(name), pack(content));
    damage();
    const { exit, stderr, json } = await restoreApp(world, ["--from", name]);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore).toMatchObject({ kind: "file", from: world.path(name), compared: "nothing" });
    expect(json().data.restore.tables).toEqual([{ kind: "table", schema: null, name: "t", rows: 500, matches: null }]);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("zst and age, by the stock programs", async () => {
    await vacuumed();
    const { recipient } = await world.ageKey("key.txt");
    await run("zstd", ["-q", "dump.db"], { cwd: world.folder });
    await run("age", ["-r", recipient, "-o", "dump.db.zst.age", "dump.db.zst"], { cwd: world.folder });
    damage();
    const { exit, stderr } = await restoreApp(world, ["--from", "dump.db.zst.age", "--identity", "key.txt"]);
    expect(exit, stderr).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("a file of a store whose manifest is gone, and one whose manifest was edited", async () => {
    const { id, parts } = await world.backup();
    damage();
    const file = `store/${parts[0]?.file}`;
    const manifest = world.path("store", `${id}.json`);
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace('"rows": 500', '"rows": 501'));
    const edited = await restoreApp(world, ["--from", file]);
    expect(edited.exit, edited.stderr).toBe(0);
    expect(edited.json().warnings.join()).toContain("cannot be trusted");
    expect(edited.json().data.restore.compared).toBe("nothing");
    await rm(manifest);
    expect((await restoreApp(world, ["--from", file])).exit).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("what is no database, what is cut short, and what has no telling name", async () => {
    const whole = await readFile(await vacuumed());
    const damaged = damage();
    await world.write("cut.db", whole.subarray(0, whole.length - 4096));
    await world.write("text.db", "hello");
    await world.write("dump.bin", whole);
    await world.write("dump.pgdump", "PGDMP");
    for (const [name, exit, code] of [
      ["cut.db", 10, "BACKUP.DAMAGED"],
      ["text.db", 10, "BACKUP.DAMAGED"],
      ["dump.bin", 2, "USAGE.INVALID"],
      ["dump.pgdump", 8, "UNSUPPORTED.ENGINE"],
      ["app.db", 2, "USAGE.INVALID"],
    ] as const) {
      const result = await restoreApp(world, ["--from", name]);
      expect([name, result.exit, result.json().error.code]).toEqual([name, exit, code]);
    }
    expectUntouched(damaged);
  });

  test("a live database is refused: part of it lies in its log", async () => {
    const live = startSqliteProcess(
      "const db = new Database(args[0]); db.pragma('journal_mode = wal'); db.exec('CREATE TABLE t (id)'); say('open'); stay()",
      { args: [world.path("live.db")] },
    );
    expect(await live.line()).toBe("open");
    const damaged = damage();
    const { exit, json } = await restoreApp(world, ["--from", "live.db"]);
    await live.kill();
    expect([exit, json().error.code]).toEqual([2, "USAGE.INVALID"]);
    expect(json().error.hint).toContain("dbops backup");
    expectUntouched(damaged);
  });
});

describe("undo, previous, discard", () => {
  test("undo brings the replaced state back, a second undo the restored one", async () => {
    await world.backup();
    const damaged = damage();
    const clock = new ManualClock(new Date("2026-09-01T10:00:00Z"));
    const { json } = await restoreApp(world, ["--from", "latest"], { clock });
    clock.pass(60_000);
    const refused = await world.run(["restore", "undo", "app.db", "--json"], { clock });
    expect([refused.exit, refused.json().error.code]).toEqual([2, "USAGE.CONSENT_MISSING"]);
    const undone = await world.run(["restore", "undo", "app.db", "--confirm", "app.db", "--json"], { clock });
    expect(undone.exit, undone.stderr).toBe(0);
    expect((await undoCommand.schema()).parse(undone.json().data)).toEqual(undone.json().data);
    expect(undone.json().data.undone.name).toBe(json().data.restore.previous);
    expect(contentOf(world.path("app.db"))).toEqual(damaged);
    clock.pass(60_000);
    expect((await world.run(["restore", "undo", "app.db", "--confirm", "app.db"], { clock })).exit).toBe(0);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
  });

  test("nothing to undo is exit 11", async () => {
    const { exit, json } = await world.run(["restore", "undo", "app.db", "--confirm", "app.db", "--json"]);
    expect([exit, json().error.code]).toEqual([11, "RESTORE.NOTHING_TO_UNDO"]);
  });

  test("previous lists age and size; discard wants one named when several are kept", async () => {
    await world.backup();
    const clock = new ManualClock(new Date("2026-09-01T10:00:00Z"));
    await restoreApp(world, ["--from", "latest"], { clock });
    clock.pass(3_600_000);
    await restoreApp(world, ["--from", "latest"], { clock });
    clock.pass(60_000);
    const listed = await world.run(["restore", "previous", "app.db", "--json"], { clock });
    expect((await previousCommand.schema()).parse(listed.json().data)).toEqual(listed.json().data);
    expect(listed.json().data.previous).toMatchObject([
      { name: world.path("app.db.before-20260901T110000Z"), ageSeconds: 60 },
      { name: world.path("app.db.before-20260901T100000Z"), ageSeconds: 3660 },
    ]);
    const discard = (...flags: string[]) =>
      world.run(["restore", "discard", "app.db", "--confirm", "app.db", "--json", ...flags]);
    const unnamed = await discard();
    expect([unnamed.exit, unnamed.json().error.code]).toEqual([2, "USAGE.INVALID"]);
    const one = await discard("app.db.before-20260901T100000Z");
    expect((await discardCommand.schema()).parse(one.json().data)).toEqual(one.json().data);
    expect(keptIn(world.folder)).toEqual(["app.db.before-20260901T110000Z"]);
    expect((await discard("nothing-like-it")).exit).toBe(2);
    expect((await discard("--all")).exit).toBe(0);
    expect(keptIn(world.folder)).toEqual([]);
    const named = (await discard("nothing-like-it")).json();
    expect([named.exit, named.error.why]).toEqual([2, "none is kept"]);
    const { error } = (await discard("--all")).json();
    expect([error.code, error.hint]).toEqual(["RESTORE.NOTHING_TO_UNDO", expect.stringMatching(/^there is nothing/)]);
  });
});

describe("--with-service", () => {
  async function configure(stop: string, start: string): Promise<void> {
    const service = `{stop: [${stop}], start: [${start}]}`;
    await world.write(
      "dbops.yaml",
      `version: 1\ntargets: {app: {url: ./app.db, service: ${service}}}\nbackup: {store: ./store}\n`,
    );
  }

  const restore = (...flags: string[]) =>
    world.run(["restore", "app", "--from", "latest", "--confirm", "app", "--with-service", "--json", ...flags]);

  test("stops before the swap and starts after it", async () => {
    await world.backup();
    damage();
    await configure(
      `sh, -c, 'sqlite3 app.db "select count(*) from t" > ${world.path("stopped")}'`.replace(
        "app.db",
        world.path("app.db"),
      ),
      `touch, ${world.path("started")}`,
    );
    const { exit, stderr } = await restore();
    expect(exit, stderr).toBe(0);
    expect((await readFile(world.path("stopped"), "utf8")).trim()).toBe("10");
    await stat(world.path("started"));
  });

  test("starts again when stopping fails, and when the swap fails", async () => {
    await world.backup();
    const damaged = damage();
    await configure("'false'", `touch, ${world.path("started")}`);
    const failed = await restore();
    expect([failed.exit, failed.json().error.code]).toEqual([11, "TOOL.FAILED"]);
    await rm(world.path("started"));
    await configure("'true'", `touch, ${world.path("started")}`);
    const holder = startSqliteProcess(
      "const db = new Database(args[0]); db.exec('BEGIN IMMEDIATE'); say('holding'); stay()",
      {
        args: [world.path("app.db")],
      },
    );
    expect(await holder.line()).toBe("holding");
    const held = await restore("--lock-wait", "100ms");
    await holder.kill();
    expect(held.exit).toBe(7);
    await stat(world.path("started"));
    expectUntouched(damaged);
  });

  test("a service that does not start again is exit 11, with the data in place and said so", async () => {
    await world.backup();
    damage();
    await configure("'true'", "'false'");
    const { exit, json } = await restore();
    expect([exit, json().error.code]).toEqual([11, "TOOL.FAILED"]);
    expect(json().data.restore.swapped).toBe(true);
    expect(contentOf(world.path("app.db"))).toEqual(backedUp);
    const words = ["restore", "app", "--from", "latest", "--confirm", "app", "--with-service"];
    const human = await world.run([...words, "--quiet"]);
    expect(human.exit).toBe(11);
    expect(human.stdout).toContain("restored:");
    expect(human.stderr).toContain("the data is in place");
  });
});

/** Changes one row of a stored, uncompressed backup and seals a manifest around the new bytes. */
async function forgeRow(id: string): Promise<void> {
  const { createHash } = await import("node:crypto");
  const { sealManifest } = await import("#dbops/lib/backup/manifest.js");
  const { sha256: _seal, ...body } = await world.manifest(id);
  const [part] = body.parts;
  if (part === undefined) throw new Error("no part");
  const bytes = await readFile(world.path("store", part.file));
  for (let at = bytes.indexOf("row 77 "); at >= 0; at = bytes.indexOf("row 77 ")) bytes.write("row 78 ", at);
  await writeFile(world.path("store", part.file), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const parts = [{ ...part, rawSha256: sha256, storedSha256: sha256 }];
  await writeFile(world.path("store", `${id}.json`), sealManifest({ ...body, parts }).text);
}
