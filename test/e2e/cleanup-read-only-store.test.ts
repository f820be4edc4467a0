import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { expect, test } from "vitest";

const run = promisify(execFile);
const DBOPS = resolve(import.meta.dirname, "../../bin/dbops.js");
const POLICY = ["--keep-last", "1", "--keep-daily", "0", "--keep-weekly", "0", "--keep-monthly", "0"];

test("a store that may not be written is refused before anything is deleted, and a dry run works on it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dbops-read-only-"));
  const store = join(folder, "store");
  const database = join(folder, "app.db");
  try {
    new Database(database).exec("CREATE TABLE t (a)").close();
    for (const _ of [1, 2]) await dbops(folder, ["backup", database, "--store", store]);
    const before = await readdir(store);
    await chmod(store, 0o500);

    const refused = await dbops(folder, [
      "cleanup",
      "backups",
      database,
      "--store",
      store,
      ...POLICY,
      "--yes",
      "--json",
    ]);
    expect([refused.exit, JSON.parse(refused.stdout).error.code]).toEqual([11, "STORE.NOT_WRITABLE"]);

    const looked = await dbops(folder, ["cleanup", "backups", database, "--store", store, ...POLICY, "--dry-run"]);
    expect(looked.exit).toBe(0);
    expect(looked.stdout).toMatch(/drop +not in last 1/);
    expect(await readdir(store)).toEqual(before);
  } finally {
    await chmod(store, 0o700);
    await rm(folder, { recursive: true, force: true });
  }
});

/** File modes mean nothing to root with CAP_DAC_OVERRIDE: the child goes without it. */
async function dbops(home: string, argv: readonly string[]): Promise<{ exit: number; stdout: string }> {
  const isRoot = process.getuid?.() === 0;
  const command = [process.execPath, DBOPS, ...argv];
  const [file = "", ...args] = isRoot ? ["setpriv", "--bounding-set", "-dac_override", ...command] : command;
  const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: join(home, "state") };
  return await run(file, args, { env }).then(
    ({ stdout }) => ({ exit: 0, stdout }),
    (error) => ({ exit: Number(error.code), stdout: String(error.stdout) }),
  );
}
