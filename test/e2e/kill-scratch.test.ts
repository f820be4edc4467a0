import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { endOrphan, isAlive, markProcess, type ProcessMark } from "#dbops/lib/system/processes.js";
import { fileAppears, startDbops } from "../support/dbops-process.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { runCli } from "../support/run-cli.js";

/** A throw-away server's folder: a run's own folder has only the run in its name. */
const CLUSTER = /^dbops-\w+-[0-9a-f]{6}-/;

let folder: string;
let scratch: string;
let one: FreshDatabase;
let other: FreshDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-kill-"));
  scratch = join(folder, "scratch");
  await mkdir(scratch);
  // The server's own user must reach it.
  await chmod(folder, 0o711);
  await chmod(scratch, 0o711);
  one = await freshDatabase(inject("postgresUrl"));
  other = await freshDatabase(inject("postgresUrl"));
  for (const { sql } of [one, other]) await sql("CREATE TABLE t AS SELECT 1 AS id");
  const targets = { one: one.url, other: other.url };
  const config = { version: 1, targets, backup: { store: "./store", scratch: "./scratch", verify: "restore" } };
  await writeFile(join(folder, "dbops.yaml"), JSON.stringify(config));
});

afterEach(async () => {
  for (const each of [one, other]) await each[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe("kill -9 of dbops while initdb fills a scratch folder", () => {
  test.each([
    ["the next run of that database, though it proves nothing", ["backup", "one", "--verify", "read"]],
    ["the next proof of another one", ["backup", "other"]],
  ])("%s removes it and ends what still works there", async (_who, argv) => {
    const marks = await killInInitdb();
    expect(await readdir(scratch)).not.toEqual([]);
    const { exit, stderr } = await runCli(argv, { cwd: folder });
    expect(exit, stderr).toBe(0);
    expect((await readdir(scratch)).filter((name) => CLUSTER.test(name))).toEqual([]);
    for (const mark of marks) expect(await isAlive(mark)).toBe(false);
  });

  test("a folder of a run that lives, or of nobody who can be told, is left alone", async () => {
    const [, initdb] = await killInInitdb();
    await endOrphan(initdb);
    const [left = ""] = await foldersWithOwner();
    const alive = { ...(await ownerOf(left)), dbops: await markProcess(process.pid), server: null };
    await writeFile(join(scratch, left, "owner.json"), JSON.stringify(alive));
    await mkdir(join(scratch, "dbops-mine"));
    const { exit, stderr } = await runCli(["backup", "other"], { cwd: folder });
    expect(exit, stderr).toBe(0);
    expect(await readdir(scratch)).toEqual(expect.arrayContaining([left, "dbops-mine"]));
  });
});

/** The marks of dbops and of initdb, as the folder names them. */
async function killInInitdb(): Promise<[ProcessMark, ProcessMark]> {
  const dbops = await startDbops(["backup", "one"], { cwd: folder });
  const tooLate = dbops.ended.then(({ stderr }) => Promise.reject(new Error(`dbops has ended: ${stderr}`)));
  const marks = await Promise.race([initdbWorks(), tooLate]);
  await dbops.kill();
  return marks;
}

/** The folder of the cluster names initdb, which has begun to fill it. */
async function initdbWorks(): Promise<[ProcessMark, ProcessMark]> {
  await fileAppears(scratch, "Z-");
  for (;;) {
    const [own] = await foldersWithOwner();
    const owner = own === undefined ? null : await ownerOf(own);
    if (own !== undefined && owner?.server) {
      await fileAppears(join(scratch, own), "data");
      return [owner.dbops, owner.server];
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function ownerOf(name: string): Promise<{ readonly dbops: ProcessMark; readonly server: ProcessMark | null }> {
  return JSON.parse(await readFile(join(scratch, name, "owner.json"), "utf8"));
}

async function foldersWithOwner(): Promise<string[]> {
  const names = await readdir(scratch);
  const owned = await Promise.all(
    names.map((name) => readdir(join(scratch, name)).then((inside) => inside.includes("owner.json"))),
  );
  return names.filter((_name, index) => owned[index] === true);
}
