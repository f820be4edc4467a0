import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { Restorer } from "#dbops/drivers/restore-model.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { silentProgress } from "#dbops/lib/core/progress.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { sourceOf } from "../support/snapshots.js";
import { ask, sha256Of, sidecarNames, someRows, sqlite, testFolder } from "../support/sqlite-files.js";
import { startSqliteProcess } from "../support/sqlite-process.js";

const OLD_ROWS = 300;
const NEW_ROWS = 700;
const AT = new Date("2026-09-01T02:15:00Z");
const KEPT = ".before-20260901T021500Z";
const NOW = { disconnect: false, waitMs: 0, at: AT };
const BESIDE = { jobs: 1, isInPlace: false };
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
/** Root of a container often may not. */
const CAN_MOUNT = IS_ROOT && canMount();

type Folder = Awaited<ReturnType<typeof testFolder>>;

const rows = (path: string): unknown => ask(path, "SELECT count(*) FROM t");
const isIntact = (path: string): unknown => ask(path, "PRAGMA integrity_check");

/** A database of OLD_ROWS and the bytes of one of NEW_ROWS. */
function oldAndNew(
  folder: Folder,
  mode: string,
): { readonly path: string; readonly source: ReturnType<typeof sourceOf> } {
  const path = folder.file("app.db");
  sqlite(path, `PRAGMA journal_mode = ${mode}`, ...someRows(OLD_ROWS));
  return { path, source: sourceOf("sqlite", newBytes(folder, mode)) };
}

function newBytes(folder: Folder, mode: string): Buffer {
  const fresh = folder.file("new.backup");
  sqlite(fresh, `PRAGMA journal_mode = ${mode}`, ...someRows(NEW_ROWS));
  return readFileSync(fresh);
}

async function restorerOf(path: string, world: TestContext): Promise<Restorer> {
  return await sqliteEngine.restorer({ engine: "sqlite", name: "app", location: path }, world.context);
}

describe("the swap", () => {
  for (const mode of ["WAL", "DELETE"]) {
    test(`replaces a ${mode} database and keeps the old one as a file of its own`, async () => {
      await using folder = await testFolder();
      await using world = await testContext();
      const { path, source } = oldAndNew(folder, mode);
      await using restorer = await restorerOf(path, world);
      await using copy = await restorer.load(source, BESIDE);
      expect(rows(path)).toBe(OLD_ROWS);
      expect(await copy.swap(NOW)).toEqual({ previous: path + KEPT });
      expect([rows(path), isIntact(path)]).toEqual([NEW_ROWS, "ok"]);
      expect([rows(path + KEPT), isIntact(path + KEPT)]).toEqual([OLD_ROWS, "ok"]);
      expect(readdirSync(folder.path).sort()).toEqual(["app.db", `app.db${KEPT}`, "new.backup"]);
      expect(await restorer.previous()).toMatchObject([{ name: path + KEPT, replacedAt: AT }]);
    });
  }

  test("moves what a crashed application left in the -wal into the kept file", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path, source } = oldAndNew(folder, "WAL");
    await crashAfterCommit(path);
    await using restorer = await restorerOf(path, world);
    await using copy = await restorer.load(source, BESIDE);
    await copy.swap(NOW);
    expect(sidecarNames(path)).toEqual([]);
    expect([rows(path), isIntact(path)]).toEqual([NEW_ROWS, "ok"]);
    expect(rows(path + KEPT)).toBe(OLD_ROWS + 1);
  });

  test("carries a log that cannot be moved into its file", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path, source } = oldAndNew(folder, "WAL");
    const ruin = ruined(path);
    await using restorer = await restorerOf(path, world);
    await using copy = await restorer.load(source, BESIDE);
    await copy.swap(NOW);
    expect([rows(path), isIntact(path), sidecarNames(path)]).toEqual([NEW_ROWS, "ok", []]);
    expect([sha256Of(path + KEPT), sha256Of(`${path}${KEPT}-wal`)]).toEqual([ruin.file, ruin.wal]);

    const [kept] = await restorer.previous();
    if (kept === undefined) throw new Error("nothing was kept");
    await restorer.undo(kept, { ...NOW, at: new Date("2026-09-01T03:00:00Z") });
    expect([sha256Of(path), sha256Of(`${path}-wal`)]).toEqual([ruin.file, ruin.wal]);
  });

  test("finds an idle connection of another program", async () => {
    for (const mode of ["WAL", "DELETE"]) {
      await using folder = await testFolder();
      await using world = await testContext();
      const { path, source } = oldAndNew(folder, mode);
      const app = startSqliteProcess(
        `const db = new Database(args[0]); db.prepare("SELECT count(*) FROM t").get(); say("idle"); stay();`,
        { args: [path] },
      );
      await app.line();
      await using restorer = await restorerOf(path, world);
      expect((await restorer.current())?.sessions.join()).toContain(String(app.pid));
      await using copy = await restorer.load(source, BESIDE);
      await expect(copy.swap(NOW)).rejects.toMatchObject({
        code: "LOCK.SESSIONS",
        exit: 7,
        why: expect.stringContaining(String(app.pid)),
      });
      await app.kill();
      expect([rows(path), isIntact(path)]).toEqual([OLD_ROWS, "ok"]);
      await copy.swap(NOW);
      expect(rows(path)).toBe(NEW_ROWS);
    }
  });

  test("waits for a program that goes away in time", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path, source } = oldAndNew(folder, "WAL");
    const app = startSqliteProcess(
      `const db = new Database(args[0]); db.prepare("SELECT count(*) FROM t").get(); say("idle"); await told(); db.close(); process.exit();`,
      { args: [path] },
    );
    await app.line();
    await using restorer = await restorerOf(path, world);
    await using copy = await restorer.load(source, BESIDE);
    const swapping = copy.swap({ ...NOW, waitMs: 60_000 });
    app.tell("leave");
    await swapping;
    expect(rows(path)).toBe(NEW_ROWS);
  });

  test("resolves links, and keeps the link", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path, source } = oldAndNew(folder, "DELETE");
    symlinkSync(path, folder.file("link.db"));
    await using restorer = await restorerOf(folder.file("link.db"), world);
    await using copy = await restorer.load(source, BESIDE);
    await copy.swap(NOW);
    expect(rows(path)).toBe(NEW_ROWS);
    expect(rows(folder.file("link.db"))).toBe(NEW_ROWS);
  });

  test.runIf(IS_ROOT)("gives the new file the owner, group and mode of the old", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path, source } = oldAndNew(folder, "DELETE");
    chownSync(path, NOBODY, NOBODY);
    chmodSync(path, 0o640);
    await using restorer = await restorerOf(path, world);
    await using copy = await restorer.load(source, BESIDE);
    await copy.swap(NOW);
    expect(statSync(path)).toMatchObject({ uid: NOBODY, gid: NOBODY, mode: 0o100640 });
  });

  test("sets a stray log aside when the database itself is gone", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const path = folder.file("gone.db");
    writeFileSync(`${path}-wal`, "the log of another database");
    await using restorer = await restorerOf(path, world);
    await using copy = await restorer.load(sourceOf("sqlite", newBytes(folder, "WAL")), BESIDE);
    expect(await copy.swap(NOW)).toEqual({ previous: null });
    expect([rows(path), isIntact(path), sidecarNames(path)]).toEqual([NEW_ROWS, "ok", []]);
    expect(existsSync(`${path}${KEPT}-wal`)).toBe(true);
  });

  test.runIf(CAN_MOUNT)("a file that is a mount point is refused whole, and written in place", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path: real, source } = oldAndNew(folder, "DELETE");
    const path = folder.file("mounted.db");
    writeFileSync(path, "");
    execFileSync("mount", ["--bind", real, path]);
    try {
      await using restorer = await restorerOf(path, world);
      await using beside = await restorer.load(source, BESIDE);
      await expect(beside.swap(NOW)).rejects.toMatchObject({
        code: "RESTORE.NO_RIGHT",
        hint: expect.stringContaining("--in-place"),
      });
      expect([rows(path), await restorer.previous()]).toEqual([OLD_ROWS, []]);
      await using inPlace = await restorer.load(source, { ...BESIDE, isInPlace: true });
      expect(await inPlace.swap(NOW)).toEqual({ previous: path + KEPT });
      expect([rows(path), rows(real), rows(path + KEPT)]).toEqual([NEW_ROWS, NEW_ROWS, OLD_ROWS]);
    } finally {
      execFileSync("umount", [path]);
    }
  });

  test("refuses a backup that is damaged inside", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path } = oldAndNew(folder, "DELETE");
    const bytes = readFileSync(folder.file("new.backup"));
    bytes.fill(0xa5, 4096 * 20, 4096 * 22);
    await using restorer = await restorerOf(path, world);
    await expect(restorer.load(sourceOf("sqlite", bytes), BESIDE)).rejects.toMatchObject({ code: "BACKUP.DAMAGED" });
    expect(rows(path)).toBe(OLD_ROWS);
    expect(readdirSync(folder.path).sort()).toEqual(["app.db", "new.backup"]);
  });
});

describe("a writer during a restore in place", () => {
  for (const mode of ["WAL", "DELETE"]) {
    test(`loses nothing that it committed to a ${mode} database`, { timeout: 120_000 }, async () => {
      let restored = 0;
      for (let round = 0; round < 6; round += 1) {
        await using folder = await testFolder();
        const { path, source } = oldAndNew(folder, mode);
        const writer = startSqliteProcess(COMMIT_ON, { args: [path] });
        expect(await writer.line()).toBe("ready");
        const progress = {
          ...silentProgress,
          phase: (title: string) => {
            if (title === "keeping the old state") writer.tell("go");
            return silentProgress.phase(title);
          },
        };
        await using world = await testContext({ progress });
        await using restorer = await restorerOf(path, world);
        await using copy = await restorer.load(source, { ...BESIDE, isInPlace: true });
        const refused = await copy.swap(NOW).then(
          () => null,
          (error: unknown) => error,
        );
        if (refused !== null) expect(refused).toMatchObject({ code: "LOCK.DATABASE", exit: 7 });
        restored += refused === null ? 1 : 0;
        writer.tell("stop");
        const committed = JSON.parse(await writer.line());
        await writer.exited;
        const there = [path, ...(await restorer.previous()).map(({ name }) => name)].flatMap(idsOf);
        expect(committed.filter((id: number) => !there.includes(id))).toEqual([]);
        expect(isIntact(path)).toBe("ok");
      }
      expect(restored).toBeGreaterThan(0);
    });
  }

  test("a database that is being written is left as it is, and nothing is kept", async () => {
    for (const mode of ["WAL", "DELETE"]) {
      await using folder = await testFolder();
      const { path, source } = oldAndNew(folder, mode);
      const holder = new Database(path);
      const progress = {
        ...silentProgress,
        phase: (title: string) => {
          if (title === "keeping the old state") holder.exec("BEGIN IMMEDIATE");
          return silentProgress.phase(title);
        },
      };
      await using world = await testContext({ progress, lockTimeoutMs: 100 });
      await using restorer = await restorerOf(path, world);
      await using copy = await restorer.load(source, { ...BESIDE, isInPlace: true });
      await expect(copy.swap(NOW)).rejects.toMatchObject({ code: "LOCK.DATABASE" });
      holder.close();
      expect([rows(path), await restorer.previous()]).toEqual([OLD_ROWS, []]);
    }
  });
});

describe("kill -9 in the swap", () => {
  const cases = {
    "WAL database": (path: string) => crashAfterCommit(path),
    "rollback-journal database": async (path: string) => sqlite(path, "PRAGMA journal_mode = DELETE"),
    "database too damaged to checkpoint": async (path: string) => void ruined(path),
  };
  for (const [title, prepare] of Object.entries(cases)) {
    test(`at every step of a ${title} gives the old or the new one wholly`, { timeout: 180_000 }, async () => {
      const seen = new Set<string>();
      for (let step = 1; ; step += 1) {
        await using folder = await testFolder();
        await using world = await testContext();
        const { path } = oldAndNew(folder, "WAL");
        await prepare(path);
        const old = stateOf(path);
        const isDone = await restoreUntilStep(path, folder.file("new.backup"), step);

        await using restorer = await restorerOf(path, world);
        await restorer.recover();
        const left = readdirSync(folder.path).filter((name) => /loading|dbops-swap/.test(name));
        expect(left, `left over after step ${step}`).toEqual([]);
        const outcome = outcomeOf(path, old);
        seen.add(outcome);
        expect(["old", "new"], `after step ${step}`).toContain(outcome);
        if (outcome === "new") expect(stateOf(path + KEPT)).toEqual(old);
        else expect(await restorer.previous()).toEqual([]);
        if (isDone) break;
      }
      expect([...seen].sort()).toEqual(["new", "old"]);
    });
  }

  test("in place: SQLite's own journal brings the old state back", { timeout: 180_000 }, async () => {
    const seen = new Set<unknown>();
    for (let step = 1; ; step += 1) {
      await using folder = await testFolder();
      const { path } = oldAndNew(folder, "DELETE");
      const isDone = await restoreUntilStep(path, folder.file("new.backup"), step, true);
      expect(isIntact(path)).toBe("ok");
      expect([OLD_ROWS, NEW_ROWS]).toContain(rows(path));
      seen.add(rows(path));
      await using world = await testContext();
      await using restorer = await restorerOf(path, world);
      await restorer.recover();
      for (const { name } of await restorer.previous()) expect([isIntact(name), rows(name)]).toEqual(["ok", OLD_ROWS]);
      if (isDone) break;
    }
    expect(seen.size).toBe(2);
  });

  /** What a kill between "moving its log" and "renaming" leaves, or one between "renaming" and "bringing the log". */
  for (const half of ["undo", "finish"]) {
    test(`${half}: a log that the application has written since is not replaced by the one from before`, async () => {
      await using folder = await testFolder();
      await using world = await testContext();
      const { path } = oldAndNew(folder, "WAL");
      const replacement = folder.file(".app.db.dbops-loading-0123456789ab");
      const kept = path + KEPT;
      const from = half === "undo" ? kept : replacement;
      linkSync(path, kept);
      writeFileSync(`${from}-wal`, "the log from before");
      if (half === "undo") writeFileSync(replacement, readFileSync(folder.file("new.backup")));
      writeFileSync(`${path}.dbops-swap.json`, JSON.stringify({ version: 1, path, replacement, kept }));
      await crashAfterCommit(path);
      const live = sha256Of(`${path}-wal`);

      await using restorer = await restorerOf(path, world);
      const [line] = await restorer.recover();
      const left = half === "undo" ? `${kept}-wal` : `${path}.log-before-the-kill-wal`;
      expect(line).toContain(left);
      expect([sha256Of(`${path}-wal`), readFileSync(left, "utf8")]).toEqual([live, "the log from before"]);
      expect([rows(path), isIntact(path)]).toEqual([OLD_ROWS + 1, "ok"]);
      expect(await restorer.previous()).toEqual([]);
      expect(await restorer.recover()).toEqual([]);
      expect(readFileSync(left, "utf8")).toBe("the log from before");
    });
  }

  test("undo: the log from before stays away from a program that has the database open", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path } = oldAndNew(folder, "WAL");
    const replacement = folder.file(".app.db.dbops-loading-0123456789ab");
    writeFileSync(replacement, readFileSync(folder.file("new.backup")));
    writeFileSync(`${path + KEPT}-wal`, "the log from before");
    const intent = { version: 1, path, replacement, kept: path + KEPT };
    writeFileSync(`${path}.dbops-swap.json`, JSON.stringify(intent));
    const app = startSqliteProcess(
      `const db = new Database(args[0]); db.prepare("SELECT count(*) FROM t").get(); say("idle"); stay();`,
      { args: [path] },
    );
    await app.line();
    await using restorer = await restorerOf(path, world);
    expect((await restorer.recover())[0]).toContain(`${path + KEPT}-wal`);
    expect(readFileSync(`${path + KEPT}-wal`, "utf8")).toBe("the log from before");
    await app.kill();
    expect(isIntact(path)).toBe("ok");
  });

  test("a second name of the database from a swap that did not happen is removed", async () => {
    await using folder = await testFolder();
    await using world = await testContext();
    const { path } = oldAndNew(folder, "DELETE");
    linkSync(path, path + KEPT);
    await using restorer = await restorerOf(path, world);
    expect(await restorer.recover()).toMatchObject([expect.stringContaining(KEPT)]);
    expect(rows(path)).toBe(OLD_ROWS);
    expect(await restorer.previous()).toEqual([]);
  });
});

/** Commits row after row from the word "go" until it is told to stop; says which it has committed. */
const COMMIT_ON = `
  say("ready");
  await told();
  const committed = [];
  let isOn = true;
  told().then(() => { isOn = false; });
  const db = new Database(args[0], { timeout: 0 });
  for (let id = 1_000_000; isOn; id += 1) {
    try {
      db.prepare("INSERT INTO t VALUES (?, 'live', 0, NULL)").run(id);
      committed.push(id);
    } catch (error) {
      if (!String(error.code).startsWith("SQLITE_BUSY")) throw error;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  db.close();
  say(JSON.stringify(committed));
  process.exit();
`;

function idsOf(path: string): readonly unknown[] {
  const db = new Database(path);
  try {
    return db.prepare("SELECT id FROM t WHERE id >= 1000000").pluck().all();
  } finally {
    db.close();
  }
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "dbops-mount-"));
  try {
    execFileSync("mount", ["--bind", folder, folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

/** What a database is, read without opening it: a ruined one and its log, or the rows of a sound one. */
function stateOf(path: string): unknown {
  const header = readFileSync(path).subarray(0, 15).toString("latin1");
  if (header !== "SQLite format 3") return { file: sha256Of(path), wal: sha256Of(`${path}-wal`) };
  return { rows: rows(path), intact: isIntact(path) };
}

function outcomeOf(path: string, old: unknown): string {
  const now = stateOf(path);
  if (JSON.stringify(now) === JSON.stringify(old)) return "old";
  return JSON.stringify(now) === JSON.stringify({ rows: NEW_ROWS, intact: "ok" }) ? "new" : JSON.stringify(now);
}

/** Another program commits a row and is killed before it closes. */
async function crashAfterCommit(path: string): Promise<void> {
  const app = startSqliteProcess(
    `const db = new Database(args[0]);
     db.exec("INSERT INTO t SELECT max(id) + 1, 'late', 0, NULL FROM t"); say("committed"); stay();`,
    { args: [path] },
  );
  await app.line();
  await app.kill();
}

/** Neither the file nor its log can be read. */
function ruined(path: string): { readonly file: string; readonly wal: string } {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 0, 4096);
  writeFileSync(path, bytes);
  writeFileSync(`${path}-wal`, Buffer.alloc(12_345, 0x5a));
  return { file: sha256Of(path), wal: sha256Of(`${path}-wal`) };
}

/** Restores in a process that kills itself at the given step of the swap; true when there was no such step any more. */
async function restoreUntilStep(path: string, backup: string, step: number, isInPlace = false): Promise<boolean> {
  const child = startSqliteProcess(RESTORE_AND_DIE, {
    isModule: true,
    args: [path, backup, String(step), String(isInPlace)],
  });
  const code = await child.exited;
  if (code !== null && code !== 0) throw new Error(`the restore failed with ${code} instead of being killed`);
  return code === 0;
}

const DIST = new URL("../../dist/", import.meta.url);
const RESTORE_AND_DIE = `
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { sqliteEngine } from "${DIST}drivers/sqlite/engine.js";
import { ChildRegistry } from "${DIST}lib/system/child-registry.js";
import { systemClock } from "${DIST}lib/core/clock.js";
import { randomIds } from "${DIST}lib/core/ids.js";
const [location, backup, step, isInPlace] = process.argv.slice(-4);
let left = Infinity;
const count = () => { left -= 1; if (left === 0) process.kill(process.pid, "SIGKILL"); };
const progress = { warn() {}, note() {}, phase() { count(); return { advance() {}, at: count, done() {} }; } };
const workDir = mkdtempSync(backup + ".work-");
const children = new ChildRegistry();
const context = {
  env: process.env, clock: systemClock, ids: randomIds, run: "k", signal: new AbortController().signal,
  progress, children, secret() {}, workDir: async () => workDir, connectTimeoutMs: 5000, lockTimeoutMs: 5000,
};
const restorer = await sqliteEngine.restorer({ engine: "sqlite", name: "app", location }, context);
const source = { kind: "sqlite", rawBytes: null, serverVersion: null, databaseName: null,
  openMain: async () => createReadStream(backup), readPart: async () => null };
const copy = await restorer.load(source, { jobs: 1, isInPlace: isInPlace === "true" });
left = Number(step);
await copy.swap({ disconnect: false, waitMs: 0, at: new Date("${AT.toISOString()}") });
await copy[Symbol.asyncDispose]();
rmSync(workDir, { recursive: true });
await children[Symbol.asyncDispose]();
`;
