import { chmod, chown, copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { contentOf } from "../support/restore-world.js";
import { NOBODY, runUnprivileged } from "../support/run-unprivileged.js";

const OTHER_GROUP = 100;

let world: BackupWorld;

/** A folder with a database that everybody may read, in a place that everybody may enter. */
beforeEach(async () => {
  world = await backupWorld();
  await chmod(world.folder, 0o755);
  await chmod(world.path("app.db"), 0o644);
  await mkdir(world.path("data"));
});

afterEach(() => world[Symbol.asyncDispose]());

function restore(...flags: readonly string[]): ReturnType<typeof runUnprivileged> {
  const argv = ["restore", "data/own.db", "--from", "app.db", "--confirm", "data/own.db", "--json", ...flags];
  return runUnprivileged(argv, world.folder, NOBODY);
}

async function ownerOf(name: string): Promise<{ uid: number; gid: number; mode: number }> {
  const { uid, gid, mode } = await stat(world.path(name));
  return { uid, gid, mode: mode & 0o777 };
}

describe.runIf(process.getuid?.() === 0)("whose the restored file is", () => {
  test.each([
    ["a folder of root that all may write", { uid: 0, gid: 0, mode: 0o1777 }],
    ["an own folder of another group", { uid: NOBODY.uid, gid: OTHER_GROUP, mode: 0o755 }],
  ])("a new file in %s is its maker's, and nobody else reads it", async (_title, { uid, gid, mode }) => {
    await chown(world.path("data"), uid, gid);
    await chmod(world.path("data"), mode);
    const { exit, stdout, stderr } = await restore();
    expect(exit, stdout + stderr).toBe(0);
    expect(await ownerOf("data/own.db")).toEqual({ ...NOBODY, mode: 0o600 });
    expect(contentOf(world.path("data/own.db"))).toEqual(contentOf(world.path("app.db")));
  });

  test("a new file that root makes is the folder's owner's, who runs the service there", async () => {
    await chown(world.path("data"), NOBODY.uid, OTHER_GROUP);
    const { exit, stderr } = await world.run(["restore", "data/own.db", "--from", "app.db"]);
    expect(exit, stderr).toBe(0);
    expect(await ownerOf("data/own.db")).toEqual({ uid: NOBODY.uid, gid: OTHER_GROUP, mode: 0o600 });
  });

  describe("a file is there that this user may write but could not give to its owner", () => {
    beforeEach(async () => {
      await chown(world.path("data"), NOBODY.uid, NOBODY.gid);
      await copyFile(world.path("app.db"), world.path("data/own.db"));
      await chown(world.path("data/own.db"), NOBODY.uid, OTHER_GROUP);
      await chmod(world.path("data/own.db"), 0o640);
      world.sql("DELETE FROM t WHERE id > 10");
    });

    test("it is not replaced by one of another owner: refused, and the way out is named", async () => {
      const { exit, stdout } = await restore();
      const { code, message, why, hint } = JSON.parse(stdout).error;
      expect([exit, code]).toEqual([11, "RESTORE.NO_RIGHT"]);
      expect(message).toContain(`user ${NOBODY.uid}, group ${OTHER_GROUP}`);
      expect(message).not.toContain(why);
      expect(hint).toContain("--in-place");
      expect(contentOf(world.path("data/own.db"))).not.toEqual(contentOf(world.path("app.db")));
    });

    test("nor written in place without the right to: refused before anything is loaded", async () => {
      await chown(world.path("data/own.db"), 0, 0);
      for (const flags of [["--in-place"], []]) {
        const { exit, stdout } = await restore(...flags);
        const { code, message, hint } = JSON.parse(stdout).error;
        expect([exit, code]).toEqual([11, "RESTORE.NO_RIGHT"]);
        expect(message).toContain("user 0, group 0");
        expect(hint).toBe("run the restore as that user, or as root");
      }
    });

    test("--in-place, which changes no owner, writes into it and keeps the old state", async () => {
      const old = contentOf(world.path("data/own.db"));
      const { exit, stdout, stderr } = await restore("--in-place");
      expect(exit, stdout + stderr).toBe(0);
      expect(contentOf(world.path("data/own.db"))).toEqual(contentOf(world.path("app.db")));
      expect(await ownerOf("data/own.db")).toEqual({ uid: NOBODY.uid, gid: OTHER_GROUP, mode: 0o640 });
      const [kept = ""] = (await readdir(world.path("data"))).filter((name) => name.startsWith("own.db.before-"));
      expect(contentOf(world.path("data", kept))).toEqual(old);
      expect(await ownerOf(`data/${kept}`)).toEqual({ ...NOBODY, mode: 0o600 });
    });
  });
});
