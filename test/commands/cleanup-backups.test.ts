import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backupsCommand } from "#dbops/commands/cleanup/backups.js";
import { systemClock } from "#dbops/lib/core/clock.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { acquireLockFile } from "#dbops/lib/system/lock-file.js";
import { ManualClock } from "../support/manual-clock.js";
import { runCli } from "../support/run-cli.js";

const DAY_MS = 86_400_000;
const LAST_2 = ["--keep-last", "2", "--keep-daily", "0", "--keep-weekly", "0", "--keep-monthly", "0"];

let folder: string;
let clock: ManualClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-cleanup-"));
  clock = new ManualClock(new Date("2026-11-01T02:00:00Z"));
  fillDatabase(1000);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a dry run", () => {
  test("shows what would stay and go, with reasons, and changes nothing", async () => {
    await takeNightly(4);
    const before = await storeFiles();
    const { exit, stdout } = await cleanup([...LAST_2, "--dry-run"]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/_20261104T020000Z_\w+ .* keep +last 1 of 2/);
    expect(stdout).toMatch(/_20261103T020000Z_\w+ .* keep +last 2 of 2/);
    expect(stdout).toMatch(/_20261101T020000Z_\w+ .* drop +not in last 2/);
    expect(await storeFiles()).toEqual(before);
  });

  test("shows whole IDs on a narrow terminal: people copy them", async () => {
    await takeNightly(2);
    const { stdout } = await run(["cleanup", "backups", "app.db", "--store", "store", ...LAST_2, "--dry-run"], {
      tty: 60,
    });
    for (const id of ["20261101T020000Z", "20261102T020000Z"]) expect(stdout).toMatch(new RegExp(`_${id}_[0-9a-f]{6}`));
  });

  test("has the plan as data for scripts", async () => {
    await takeNightly(3);
    const steps = (await cleanup([...LAST_2, "--dry-run", "--json"])).json().data.plan.steps;
    expect(steps).toEqual([
      { summary: expect.stringMatching(/^delete app_20261101T.*: not in last 2$/), risk: "locks" },
    ]);
  });
});

describe("applying", () => {
  test("deletes the backups that are dropped with all their files, and nothing else", async () => {
    await takeNightly(4);
    const foreign = [
      "app_20261101T020000Z_abcdef.sqlite.zst",
      "notes.txt",
      "old.dump",
      "app_20260101T000000Z_aaaaaa.json",
    ];
    for (const name of foreign) await writeFile(join(folder, "store", name), "not ours");
    const { exit, json } = await cleanup([...LAST_2, "--yes", "--json"]);
    expect(exit).toBe(0);
    const data = (await backupsCommand.schema()).parse(json().data) as {
      kept: Fate[];
      dropped: Fate[];
      freedBytes: number;
    };
    expect(data.kept.map(({ reason }) => reason)).toEqual(["last 1 of 2", "last 2 of 2"]);
    expect(data.dropped.map(({ reason }) => reason)).toEqual(["not in last 2", "not in last 2"]);
    expect(data.freedBytes).toBeGreaterThan(0);
    const ours = data.kept.flatMap(({ id }) => [`${id}.json`, `${id}.sqlite.zst`]);
    expect(await storeFiles()).toEqual([...ours, ...foreign, "RESTORE.md"].sort());
    const note = await readFile(join(folder, "store", "RESTORE.md"), "utf8");
    for (const { id } of data.kept) expect(note).toContain(id);
    for (const { id } of data.dropped) expect(note).not.toContain(id);
  });

  test("takes the marks of a dropped backup along", async () => {
    await takeNightly(3);
    const [oldest] = await manifestIds();
    const mark = { version: 1, id: oldest, at: "2026-11-01T03:00:00Z", reason: "looked at", run: "r" };
    await writeFile(join(folder, "store", `${oldest}.accepted.json`), JSON.stringify(mark));
    expect((await cleanup([...LAST_2, "--yes"])).exit).toBe(0);
    expect((await storeFiles()).filter((name) => name.startsWith(String(oldest)))).toEqual([]);
  });

  test("twice drops nothing more", async () => {
    await takeNightly(4);
    await cleanup([...LAST_2, "--yes"]);
    const again = await cleanup([...LAST_2, "--yes", "--json"]);
    expect(again.json().data.dropped).toEqual([]);
    expect(again.json().data.kept).toHaveLength(2);
  });

  test("keeps the policy's last three unless told otherwise, whatever there is", async () => {
    await takeNightly(2);
    const { stdout, exit } = await cleanup([]);
    expect(exit).toBe(0);
    expect(stdout).toContain("Nothing to drop; 2 kept.");
  });

  test("an empty store is no error and is not made", async () => {
    const { exit, stdout } = await cleanup([]);
    expect(exit).toBe(0);
    expect(stdout).toContain("no backups");
    await expect(stat(join(folder, "store"))).rejects.toThrow("ENOENT");
  });
});

describe("consent", () => {
  test("is asked for: a run that can ask nobody names the flag and deletes nothing", async () => {
    await takeNightly(3);
    const before = await storeFiles();
    const { exit, stderr } = await cleanup(LAST_2);
    expect(exit).toBe(2);
    expect(stderr).toContain("--yes");
    expect(await storeFiles()).toEqual(before);
  });

  test("is given by a configured policy", async () => {
    await takeNightly(3);
    await writeFile(join(folder, "dbops.yaml"), configuration("{last: 1, daily: 0, weekly: 0, monthly: 0}"));
    const { exit } = await run(["cleanup", "backups", "app"]);
    expect(exit).toBe(0);
    expect(await manifestIds()).toHaveLength(1);
  });

  test("is not given by a configured policy that flags change", async () => {
    await takeNightly(4);
    await writeFile(join(folder, "dbops.yaml"), configuration("{last: 2, daily: 0, weekly: 0, monthly: 0}"));
    const { exit } = await run(["cleanup", "backups", "app", "--keep-last", "1"]);
    expect(exit).toBe(2);
    expect(await manifestIds()).toHaveLength(4);
  });
});

describe("a newest run in doubt", () => {
  test("frees only what the last good run's plan allowed, and says so with exit 4", async () => {
    await takeNightly(4);
    fillDatabase(10);
    await takeNightly(1);
    const { exit, json } = await cleanup([...LAST_2, "--yes", "--json"]);
    const { ok, data, warnings } = json();
    expect([exit, ok]).toEqual([4, true]);
    expect(data.held).toContain("shrank to less than half of");
    expect(data.kept.map(({ id }: Fate) => id.slice(4, 12))).toEqual(["20261105", "20261104", "20261103"]);
    expect(data.acceptIds).toEqual([data.kept[0].id]);
    expect(warnings.join()).toContain("nothing new may go");
  });

  test("a failed run as well, until it is accepted: each one anew", async () => {
    await takeNightly(3);
    const [, , newest] = await manifestIds();
    const manifest = JSON.parse(await readFile(join(folder, "store", `${newest}.json`), "utf8"));
    const id = "app_20261120T020000Z_ffffff";
    const mark = { version: 1, id, at: "2026-11-20T02:00:00Z", target: "app", identity: manifest.identity };
    const failed = { ...mark, code: "RESOURCE.DISK_FULL", message: "disk full", run: "r" };
    await writeFile(join(folder, "store", `${id}.failed.json`), JSON.stringify(failed));
    const { exit, stdout } = await cleanup([...LAST_2, "--yes"]);
    expect(exit).toBe(4);
    expect(stdout).toContain(`the newest run failed (${id})`);
    expect(stdout).toContain(`dbops backup accept ${id}`);
    expect(await manifestIds()).toHaveLength(2);
    for (const night of ["20", "21"]) {
      const again = id.replace("20T", `${night}T`);
      const text = JSON.stringify({ ...failed, id: again, at: `2026-11-${night}T02:00:00Z` });
      await writeFile(join(folder, "store", `${again}.failed.json`), text);
      expect((await cleanup([...LAST_2, "--yes"])).exit).toBe(4);
      const words = ["backup", "accept", again, "--store", "store", "--reason", "the disk was full"];
      const at = new Date(`2026-11-${night}T09:00:00Z`);
      const accepted = await runCli(words, { cwd: folder, clock: new ManualClock(at) });
      expect(accepted.exit, accepted.stderr).toBe(0);
      expect((await cleanup([...LAST_2, "--yes"])).exit).toBe(0);
    }
  });
});

test("a store that another run holds is left alone: exit 7, naming the holder", async () => {
  await takeNightly(3);
  const [lock = ""] = (await readdir(join(folder, "store"))).filter((name) => /^\.dbops-lock-[0-9a-f]+$/.test(name));
  await using _held = await acquireLockFile(join(folder, "store", lock), {
    waitMs: 0,
    holder: { run: "other", command: "backup create" },
    children: new ChildRegistry(),
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const { exit, stderr } = await cleanup([...LAST_2, "--yes"]);
  expect(exit).toBe(7);
  expect(stderr).toContain("backup create");
  expect(await manifestIds()).toHaveLength(3);
  expect((await cleanup([...LAST_2, "--dry-run"])).exit).toBe(0);
});

describe("whose backups", () => {
  test("only those of this database, not those of another one of the same name", async () => {
    await takeNightly(3);
    await rename(join(folder, "app.db"), join(folder, "elsewhere.db"));
    await writeFile(
      join(folder, "dbops.yaml"),
      `version: 1\ntargets: {app: ./elsewhere.db}\nbackup: {store: ./store}\n`,
    );
    expect((await run(["cleanup", "backups", "app", ...LAST_2, "--yes"])).exit).toBe(0);
    expect(await manifestIds()).toHaveLength(3);
  });

  test("found by name when the database is gone", async () => {
    await takeNightly(3);
    await rm(join(folder, "app.db"));
    expect((await cleanup([...LAST_2, "--yes"])).exit).toBe(0);
    expect(await manifestIds()).toHaveLength(2);
  });
});

test.each([
  ["--keep-last", "0"],
  ["--keep-last", "-1"],
  ["--keep-daily", "many"],
  ["--keep-within", "soon"],
])("%s %s is refused", async (flag, value) => {
  expect((await cleanup([`${flag}=${value}`])).exit).toBe(2);
});

interface Fate {
  readonly id: string;
  readonly reason: string;
}

function run(argv: readonly string[], options: { readonly tty?: number } = {}) {
  return runCli(argv, { cwd: folder, clock, ...options });
}

function cleanup(flags: readonly string[]) {
  return run(["cleanup", "backups", "app.db", "--store", "store", ...flags]);
}

async function takeNightly(count: number): Promise<void> {
  for (let night = 0; night < count; night += 1) {
    const { exit, stderr } = await run(["backup", "app.db", "--store", "store"]);
    expect(exit, stderr).toBe(0);
    clock.pass(DAY_MS);
  }
}

function fillDatabase(rows: number): void {
  const database = new Database(join(folder, "app.db"));
  database.exec("CREATE TABLE IF NOT EXISTS t (a TEXT); DELETE FROM t");
  const insert = database.prepare("INSERT INTO t VALUES (hex(zeroblob(50)))");
  database.transaction(() => {
    for (let row = 0; row < rows; row += 1) insert.run();
  })();
  database.exec("VACUUM");
  database.close();
}

async function storeFiles(): Promise<string[]> {
  return (await readdir(join(folder, "store"))).filter((name) => !name.startsWith(".")).sort();
}

/** Oldest first. */
async function manifestIds(): Promise<string[]> {
  return (await storeFiles()).flatMap((name) => /^(app_\w+)\.json$/.exec(name)?.[1] ?? []);
}

function configuration(keep: string): string {
  return `version: 1\ntargets: {app: ./app.db}\nbackup: {store: ./store, keep: ${keep}}\n`;
}
