import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { previousCommand } from "#dbops/commands/restore/previous.js";
import { runCommand } from "#dbops/commands/restore/run.js";
import { undoCommand } from "#dbops/commands/restore/undo.js";
import { sealManifest } from "#dbops/lib/backup/manifest.js";
import type { Ids } from "#dbops/lib/core/ids.js";
import { commandIn, nextOf } from "../support/command-words.js";
import { startDbops } from "../support/dbops-process.js";
import { freshDatabase, onServer } from "../support/fresh-database.js";
import { ManualClock } from "../support/manual-clock.js";
import { type Cluster, startCluster } from "../support/postgres-cluster.js";
import { type PostgresWorld, postgresWorld } from "../support/postgres-world.js";

const run = promisify(execFile);
let world: PostgresWorld;
let backedUp: unknown;

beforeEach(async () => {
  world = await postgresWorld(inject("postgresUrl"));
  backedUp = await world.rows();
});

afterEach(() => world[Symbol.asyncDispose]());

async function damage(): Promise<unknown> {
  await world.db.sql("DELETE FROM t WHERE id > 10; CREATE TABLE later (x int)");
  return await world.rows();
}

/** Makes the manifest say something else of the table `t` than what was backed up. */
async function misstate(id: string): Promise<void> {
  const file = world.path("store", `${id}.json`);
  const { sha256: _seal, ...body } = JSON.parse(await readFile(file, "utf8"));
  for (const table of body.fingerprint.tables) if (table.name === "t") table.hash = "1";
  await writeFile(file, sealManifest(body).text);
}

/** Names of later runs sort before those of earlier ones of the same second. */
function fallingIds(): Ids {
  let next = 0xffffff;
  return { hex: (length) => (next--).toString(16).padStart(length, "0").slice(-length) };
}

async function expectUntouched(rows: unknown): Promise<void> {
  expect(await world.rows()).toEqual(rows);
  expect(await world.databases()).toEqual([world.db.name]);
}

describe("over an existing database", () => {
  test("brings back every row and keeps the old database; undo, previous and discard", async () => {
    const id = await world.backup();
    const damaged = await damage();
    const { exit, stderr, json } = await world.restore("--from", "latest");
    expect(exit, stderr).toBe(0);
    const data = (await runCommand.schema()).parse(json().data);
    expect(data).toEqual(json().data);
    const { restore } = json().data;
    expect(restore).toMatchObject({ from: id, kind: "backup", target: "app", compared: "hash", swapped: true });
    expect(restore.tables).toContainEqual({ kind: "table", schema: "public", name: "t", rows: 2000, matches: true });
    expect(restore.tables.every(({ matches }: { matches: boolean }) => matches)).toBe(true);
    expect(await world.rows()).toEqual(backedUp);
    expect(await world.databases()).toEqual([world.db.name, restore.previous]);
    const kept = await world.run(["restore", "previous", "--json"]);
    expect(kept.json().data.previous).toMatchObject([{ target: "app", name: restore.previous }]);

    const undone = await world.run(["restore", "undo", "app", "--confirm", "app", "--json"]);
    expect(undone.exit, undone.stderr).toBe(0);
    expect((await undoCommand.schema()).parse(undone.json().data)).toEqual(undone.json().data);
    expect(await world.rows()).toEqual(damaged);
    expect((await world.run(["restore", "discard", "app", "--confirm", "app"])).exit).toBe(0);
    expect(await world.databases()).toEqual([world.db.name]);
  });

  test.each([["plain"], ["directory"]])("from --format %s", async (format) => {
    await world.backup("--format", format);
    await damage();
    const { exit, stderr } = await world.restore("--from", "latest", "--jobs", "2");
    expect(exit, stderr).toBe(0);
    expect(await world.rows()).toEqual(backedUp);
  });

  test("the consent is the configured name or database@host:port, nothing else", async () => {
    await world.backup();
    const damaged = await damage();
    const { hostname, port } = new URL(world.db.url);
    const token = `${world.db.name}@${hostname}:${port}`;
    const wrong = await world.run(["restore", "app", "--from", "latest", "--json", "--confirm", world.db.name]);
    expect([wrong.exit, wrong.json().error.code]).toEqual([2, "USAGE.CONFIRM_MISMATCH"]);
    await expectUntouched(damaged);
    const right = await world.run(["restore", "app", "--from", "latest", "--json", "--confirm", token]);
    expect(right.exit, right.stderr).toBe(0);
  });

  test("sessions on it: exit 7 listing them after a bounded wait; --disconnect ends them", async () => {
    await world.backup();
    const damaged = await damage();
    const client = new pg.Client({ connectionString: world.db.url, application_name: "the-app" });
    const lost = new Promise((resolve) => client.on("error", resolve));
    await client.connect();
    const held = await world.restore("--from", "latest", "--lock-wait", "300ms");
    expect([held.exit, held.json().error.code]).toEqual([7, "LOCK.SESSIONS"]);
    expect(held.json().error.why).toContain("the-app");
    await expectUntouched(damaged);
    const { exit, stderr } = await world.restore("--from", "latest", "--disconnect");
    expect(exit, stderr).toBe(0);
    await lost;
    expect(await world.rows()).toEqual(backedUp);
  });

  test("a copy that is not what was backed up: exit 10 with the tables, untouched", async () => {
    const id = await world.backup();
    const damaged = await damage();
    await misstate(id);
    const { exit, json } = await world.restore("--from", id);
    expect([exit, json().error.code]).toEqual([10, "BACKUP.FINGERPRINT_MISMATCH"]);
    expect(json().data.restore).toMatchObject({ swapped: false, previous: null });
    await expectUntouched(damaged);
  });

  test("what was not counted is shown as unknown, not as gone", async () => {
    await world.backup("--fingerprint", "none");
    const look = await world.run(["restore", "app", "--from", "latest", "--dry-run"]);
    expect(look.exit, look.stderr).toBe(0);
    expect(look.stdout).toMatch(/^public\.t +2,000 +not counted +not known$/m);
  });

  test("--in-place takes a backup first, which is the way back", async () => {
    const id = await world.backup();
    const damaged = await damage();
    const oid = "SELECT oid FROM pg_database WHERE datname = current_database()";
    const before = await world.db.sql(oid);
    const { exit, stderr, json } = await world.restore("--from", id, "--in-place");
    expect(exit, stderr).toBe(0);
    const { safetyBackup, previous } = json().data.restore;
    expect([previous, await world.db.sql(oid)]).toEqual([null, before]);
    expect(await world.rows()).toEqual(backedUp);
    const back = await world.restore("--from", safetyBackup, "--in-place");
    expect(back.exit, back.stderr).toBe(0);
    expect(await world.rows()).toEqual(damaged);
  });

  test("--in-place whose comparison finds a difference: exit 10, said to be restored and different, with the way back", async () => {
    const id = await world.backup();
    const damaged = await damage();
    await misstate(id);
    const { exit, stdout, stderr } = await world.run([
      "restore",
      "app",
      "--from",
      id,
      "--in-place",
      "--confirm",
      "app",
    ]);
    expect([exit, stderr]).toEqual([10, expect.stringContaining("has been overwritten")]);
    expect(stdout).toMatch(/^restored: /m);
    expect(stdout).toMatch(/^compared: +DIFFERENT: 1 table$/m);
    const back = await world.run(nextOf(stdout));
    expect(back.exit, back.stderr).toBe(0);
    expect(await world.rows()).toEqual(damaged);
  });

  test("after --in-place, its own next command and the one that undo and previous name bring the old state back", async () => {
    await rm(world.path("dbops.yaml"));
    const target = [world.db.url, "--store", "ipb"];
    expect((await world.run(["backup", ...target])).exit).toBe(0);
    const damaged = await damage();
    const restored = await world.run([
      "restore",
      ...target,
      "--from",
      "latest",
      "--in-place",
      "--confirm",
      world.db.url,
    ]);
    expect(restored.exit, restored.stderr).toBe(0);
    const back = await world.run(nextOf(restored.stdout));
    expect(back.exit, back.stderr).toBe(0);
    expect(await world.rows()).toEqual(damaged);

    const refused = await world.run(["restore", "undo", ...target, "--confirm", world.db.url]);
    expect(refused.exit).toBe(11);
    expect(refused.stderr).toContain("was in place");
    expect(await world.rows()).toEqual(damaged);
    const again = await world.run(commandIn(refused.stderr));
    expect(again.exit, again.stderr).toBe(0);
    expect(await world.rows()).toEqual(backedUp);

    const previous = await world.run(["restore", "previous", ...target]);
    expect(previous.stdout).toContain("nothing is kept");
    expect(previous.stdout).toMatch(/The last restore of .* was in place/);
    const third = await world.run(nextOf(previous.stdout));
    expect(third.exit, third.stderr).toBe(0);
    expect(await world.rows()).toEqual(damaged);
  });

  test("undo does not put back what a swap of the same second kept before a restore in place, unless that is named", async () => {
    const id = await world.backup();
    const damaged = await damage();
    const clock = new ManualClock();
    const moment = { clock, ids: fallingIds() };
    const kept = (await world.restoreWith(moment, "--from", id)).json().data.restore.previous;
    await world.db.sql("DELETE FROM t WHERE id > 3");
    clock.pass(300);
    const lost = await world.rows();
    const { safetyBackup, safetyStore } = (await world.restoreWith(moment, "--from", id, "--in-place")).json().data
      .restore;
    expect(safetyStore).toBe(world.path("store"));

    const { exit, json } = await world.run(["restore", "undo", "app", "--confirm", "app", "--json"], moment);
    expect([exit, json().error.code]).toEqual([11, "RESTORE.NOTHING_TO_UNDO"]);
    expect(json().error.hint).toContain(`--from ${safetyBackup} --store ${safetyStore} --in-place`);
    expect(json().error.hint).toContain(`dbops restore undo app ${kept}`);
    expect(await world.rows()).toEqual(backedUp);
    const listed = await world.run(["restore", "previous", "--json"]);
    expect((await previousCommand.schema()).parse(listed.json().data)).toEqual(listed.json().data);
    expect(listed.json().data.inPlace).toMatchObject([{ target: "app", safetyBackup, store: safetyStore }]);

    clock.pass(5000);
    expect((await world.restoreWith(moment, "--from", safetyBackup, "--in-place")).exit).toBe(0);
    expect(await world.rows()).toEqual(lost);
    clock.pass(5000);
    const named = await world.run(["restore", "undo", "app", kept, "--confirm", "app"], moment);
    expect(named.exit, named.stderr).toBe(0);
    expect(await world.rows()).toEqual(damaged);
    const undone = await world.run(["restore", "undo", "app", "--confirm", "app"], moment);
    expect(undone.exit, undone.stderr).toBe(0);
    expect(await world.rows()).toEqual(lost);
  });

  test("without a known store, undo says that it cannot know of a restore in place", async () => {
    await world.backup();
    await damage();
    expect((await world.restore("--from", "latest")).exit).toBe(0);
    await rm(world.path("dbops.yaml"));
    const look = await world.run(["restore", "undo", world.db.url, "--dry-run"]);
    expect(look.exit, look.stderr).toBe(0);
    expect(look.stderr).toContain("no store is known");
  });
});

describe("into another place", () => {
  test("--to a database that does not exist needs no consent and makes it", async () => {
    await world.backup();
    const url = `${world.db.url}_before_copy`;
    const { exit, stderr, json } = await world.run(["restore", "app", "--from", "latest", "--to", url, "--json"]);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore.previous).toBeNull();
    expect(await world.rows(url)).toEqual(backedUp);
  });

  test("people read how many tables came back, and a next command that can be run", async () => {
    await world.backup();
    const url = `${world.db.url}_before_copy`;
    const { exit, stdout, stderr } = await world.run(["restore", "app", "--from", "latest", "--to", url]);
    expect(exit, stderr).toBe(0);
    expect(stdout).toContain("2,000 rows in 1 table\n");
    const looked = await world.run(nextOf(stdout));
    expect(looked.exit, looked.stderr).toBe(0);
  });
});

describe("onto another server", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
  });

  afterAll(() => cluster.stop());

  afterEach(() => onServer(cluster.superuserUrl, "DROP DATABASE IF EXISTS app WITH (FORCE)"));

  test("--to a server of another system identifier, while the first one is down", async () => {
    await world.backup();
    const config = {
      version: 1,
      targets: { app: "postgres://postgres@127.0.0.1:1/app" },
      backup: { store: "./store" },
    };
    await writeFile(world.path("dbops.yaml"), JSON.stringify(config));
    const url = cluster.url("app");
    const { exit, stderr, json } = await world.run(["restore", "app", "--from", "latest", "--to", url, "--json"]);
    expect(exit, stderr).toBe(0);
    expect(json().warnings.join()).toContain("cannot be reached");
    expect(await onServer(url, "SELECT * FROM t ORDER BY id")).toEqual(backedUp);
  });

  test("the replacement machine: the same name on a new server, and it says whose backups these are", async () => {
    await world.backup();
    const config = { version: 1, targets: { app: cluster.url("app") }, backup: { store: "./store" } };
    await writeFile(world.path("dbops.yaml"), JSON.stringify(config));
    const { exit, stderr, json } = await world.run(["restore", "app", "--from", "latest", "--json"]);
    expect(exit, stderr).toBe(0);
    expect(json().warnings.join()).toMatch(/using backups of "app" that were taken from/);
    expect(await onServer(cluster.url("app"), "SELECT * FROM t ORDER BY id")).toEqual(backedUp);
  });

  test("a role that the server lacks is exit 8 before anything is touched", async () => {
    const role = `r_${world.db.name}`;
    await world.db.sql(`CREATE ROLE ${role}; ALTER TABLE t OWNER TO ${role}`);
    const id = await world.backup();
    const { exit, json } = await world.run(["restore", "app", "--from", id, "--to", cluster.url("app"), "--json"]);
    await world.db.sql(`ALTER TABLE t OWNER TO postgres; DROP ROLE ${role}`);
    expect([exit, json().error.code]).toEqual([8, "RESTORE.ROLE_MISSING"]);
    expect(json().error.message).toContain(role);
    const names = await onServer(
      cluster.superuserUrl,
      "SELECT datname FROM pg_database WHERE datname !~ '^(template|postgres)'",
    );
    expect(names).toEqual([]);
  });
});

describe("files made by others", () => {
  const dump = async (...args: string[]) =>
    await run(join(inject("postgresBinDir"), "pg_dump"), [...args, "-d", world.db.url], { cwd: world.folder });

  test.each([
    ["app.dump", ["-Fc", "-f", "app.dump"]],
    ["app.sql", ["-f", "app.sql"]],
    ["folder", ["-Fd", "-j", "2", "-f", "folder"]],
  ])("%s is restored and said to be not compared", async (name, args) => {
    await dump(...args);
    await damage();
    const { exit, stderr, json } = await world.restore("--from", `./${name}`);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore).toMatchObject({ kind: "file", compared: "nothing", swapped: true });
    expect(await world.rows()).toEqual(backedUp);
  });

  test("app.sql.gz too; an error in it and a meta command of psql are fatal, and nothing is left behind", async () => {
    await dump("-f", "app.sql");
    const text = await readFile(world.path("app.sql"), "utf8");
    const damaged = await damage();
    const attempt = async (name: string, content: string) => {
      await writeFile(world.path(name), gzipSync(content));
      return await world.restore("--from", `./${name}`);
    };
    const failing = await attempt("failing.sql.gz", `${text}\nSELECT * FROM nowhere;\n`);
    expect(failing.exit, failing.stderr).toBe(11);
    await expectUntouched(damaged);
    const meta = await attempt("meta.sql.gz", `\\! touch ${world.path("owned")}\n${text}`);
    expect(meta.exit, meta.stderr).not.toBe(0);
    await expect(readFile(world.path("owned"))).rejects.toThrow();
    await expectUntouched(damaged);
    const good = await attempt("good.sql.gz", text);
    expect(good.exit, good.stderr).toBe(0);
    expect(await world.rows()).toEqual(backedUp);
  });

  test("an archive that is cut short is damage, found before anything is touched", async () => {
    await dump("-Fc", "-f", "app.dump");
    const whole = await readFile(world.path("app.dump"));
    const damaged = await damage();
    await writeFile(world.path("cut.dump"), whole.subarray(0, Math.floor(whole.length / 2)));
    const { exit, json } = await world.restore("--from", "./cut.dump");
    expect([exit, json().error.code]).toEqual([10, "BACKUP.DAMAGED"]);
    await expectUntouched(damaged);
  });

  test("a database file of the other engine", async () => {
    await writeFile(world.path("app.sqlite"), "x");
    const { exit, json } = await world.restore("--from", "./app.sqlite");
    expect([exit, json().error.code]).toEqual([8, "UNSUPPORTED.ENGINE"]);
  });
});

describe("kill -9 of dbops", () => {
  test.each([["checking the backup"], ["loading"], ["comparing every table"]])(
    "after %s: old or new, and the next run sweeps and works",
    async (words) => {
      await world.backup();
      const damaged = await damage();
      const argv = ["restore", "app", "--from", "latest", "--confirm", "app"];
      const dbops = await startDbops(argv, { cwd: world.folder });
      await dbops.says(words);
      await dbops.kill();
      expect([damaged, backedUp]).toContainEqual(await world.rows());
      const { exit, stderr } = await world.restore("--from", "latest", "--lock-wait", "30s");
      expect(exit, stderr).toBe(0);
      expect(await world.rows()).toEqual(backedUp);
      expect((await world.databases()).filter((name) => name.startsWith("dbops_"))).toEqual([]);
    },
  );

  test("in the middle of the load: its pg_restore ends, its half copy is dropped", async () => {
    await world.db.sql("INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(3000, 60000) g");
    await world.backup();
    const all = await world.rows();
    const damaged = await damage();
    const argv = ["restore", "app", "--from", "latest", "--confirm", "app"];
    const dbops = await startDbops(argv, { cwd: world.folder });
    while ((await world.databases()).length === 1) await Promise.race([dbops.ended, new Promise(setImmediate)]);
    await dbops.kill();
    expect(await world.rows()).toEqual(damaged);
    const { exit, stderr } = await world.restore("--from", "latest", "--lock-wait", "30s");
    expect(exit, stderr).toBe(0);
    expect(await world.rows()).toEqual(all);
    expect((await world.databases()).filter((name) => name.startsWith("dbops_"))).toEqual([]);
  });
});

describe("others", () => {
  test("a signal during the wait for sessions: exit 143, untouched, the copy dropped", async () => {
    await world.backup();
    const damaged = await damage();
    const client = new pg.Client({ connectionString: world.db.url });
    await client.connect();
    const argv = ["restore", "app", "--from", "latest", "--confirm", "app", "--lock-wait", "10m"];
    const dbops = await startDbops(argv, { cwd: world.folder });
    await dbops.says("comparing every table");
    const second = await world.restore("--from", "latest");
    expect([second.exit, second.json().error.code]).toEqual([7, "LOCK.HELD"]);
    dbops.signal("SIGTERM");
    const { exit, stderr } = await dbops.ended;
    await client.end();
    expect(exit, stderr).toBe(143);
    await expectUntouched(damaged);
  });

  test("a full disk in the scratch folder: exit 9, untouched, nothing left there", async () => {
    await world.db.sql("INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(3000, 5000) g");
    await world.backup("--format", "directory");
    const damaged = await damage();
    const argv = ["restore", "app", "--from", "latest", "--confirm", "app", "--json"];
    const { exit, stdout, stderr } = await (await startDbops(argv, { cwd: world.folder, fileLimitKib: 256 })).ended;
    expect([exit, JSON.parse(stdout).error.code], stderr).toEqual([9, "RESOURCE.DISK_FULL"]);
    await expectUntouched(damaged);
    expect(await readdir(world.path("scratch"))).toEqual([]);
  });

  test("names with blanks, quotes and shell words", async () => {
    await using odd = await freshDatabase(inject("postgresUrl"), `o"d $(x) ${world.db.name}`);
    await odd.sql(`CREATE TABLE "a ""b"" $(x)" (x int); INSERT INTO "a ""b"" $(x)" VALUES (1)`);
    const config = { version: 1, targets: { odd: odd.url }, backup: { store: "./store" } };
    await writeFile(world.path("dbops.yaml"), JSON.stringify(config));
    expect((await world.run(["backup", "odd"])).exit).toBe(0);
    await odd.sql(`DELETE FROM "a ""b"" $(x)"`);
    const { exit, stderr, json } = await world.run([
      "restore",
      "odd",
      "--from",
      "latest",
      "--confirm",
      "odd",
      "--json",
    ]);
    expect(exit, stderr).toBe(0);
    expect(json().data.restore.tables).toMatchObject([{ name: 'a "b" $(x)', rows: 1, matches: true }]);
    expect((await world.run(["restore", "discard", "odd", "--all", "--confirm", "odd"])).exit).toBe(0);
  });
});
