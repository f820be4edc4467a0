import { execFile } from "node:child_process";
import { access, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { initSchema } from "#dbops/commands/init/init-schema.js";
import { type ConfigWorld, configWorld } from "../support/config-world.js";
import { runCli } from "../support/run-cli.js";

const run = promisify(execFile);

async function project(): Promise<ConfigWorld> {
  const world = await configWorld();
  new Database(await world.write("data/app.db", "")).exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)").close();
  await world.write(".env", "DATABASE_URL=postgres://u:canary@h/shop\n");
  return world;
}

test("init writes a configuration that names what it found, and never a password", async () => {
  await using world = await project();
  const { exit, stdout, stderr } = await runCli(["init"], { cwd: world.folder });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(stdout).toContain("15 2 * * * ");
  const yaml = await readFile(join(world.folder, "dbops.yaml"), "utf8");
  expect(yaml).toContain("  app: ./data/app.db\n");
  expect(yaml).toContain("  shop: ${DATABASE_URL}\n");
  expect(`${yaml}${stdout}`).not.toContain("canary");
  expect((await stat(join(world.folder, "dbops.yaml"))).mode & 0o777).toBe(0o644);
  expect((await world.load()).targets.map(({ name }) => name)).toEqual(["shop", "app"]);
});

test("init --json is one document of its schema", async () => {
  await using world = await project();
  const { exit, json } = await runCli(["init", "--json"], { cwd: world.folder });
  expect(exit).toBe(0);
  expect(initSchema.parse(json().data)).toEqual(json().data);
});

test("--dry-run shows the file and writes nothing", async () => {
  await using world = await project();
  const { exit, stdout } = await runCli(["init", "--dry-run"], { cwd: world.folder });
  expect(exit).toBe(0);
  expect(stdout).toContain("app: ./data/app.db");
  expect(stdout).toContain(`write ${world.folder}/dbops.yaml`);
  await expect(access(join(world.folder, "dbops.yaml"))).rejects.toThrow("ENOENT");
});

test("a dbops.yaml that is there is replaced only by --force", async () => {
  await using world = await project();
  const path = await world.write("dbops.yaml", "version: 1\n");
  const refused = await runCli(["init", "--json"], { cwd: world.folder });
  expect(refused.exit).toBe(2);
  expect(refused.json().error.code).toBe("CONFIG.EXISTS");
  expect(await readFile(path, "utf8")).toBe("version: 1\n");
  expect((await runCli(["init", "--force"], { cwd: world.folder })).exit).toBe(0);
  expect(await readFile(path, "utf8")).toContain("app: ./data/app.db");
});

test("another folder: paths are relative to it", async () => {
  await using world = await project();
  const elsewhere = await runCli(["init", "data"], { cwd: world.folder });
  expect(elsewhere.exit).toBe(0);
  expect(await readFile(join(world.folder, "data/dbops.yaml"), "utf8")).toContain("  app: ./app.db\n");
  expect((await runCli(["init", "missing"], { cwd: world.folder })).exit).toBe(2);
});

test("a folder without databases gets a file to fill in", async () => {
  await using world = await configWorld();
  const { exit, stdout } = await runCli(["init"], { cwd: world.folder });
  expect(exit).toBe(0);
  expect(stdout).toContain("no database was found");
  expect((await world.load()).targets).toEqual([]);
});

test("the crontab lines work where nothing is set: another folder, no HOME, no PATH", async () => {
  await using world = await configWorld();
  new Database(await world.write("it's 100%/app.db", "")).exec("CREATE TABLE t (a)").close();
  const folder = join(world.folder, "it's 100%");
  const { json } = await runCli(["init", "--json"], { cwd: folder });
  const state = `XDG_STATE_HOME=${join(world.folder, "state")}`;
  for (const line of json().data.crontab) {
    // As cron does: five fields, then a command in which \% means %.
    const command = line.split(" ").slice(5).join(" ").replaceAll("\\%", "%");
    const { stdout, stderr } = await run("env", ["-i", state, "sh", "-c", command], { cwd: "/" });
    expect({ command, stdout, stderr }).toEqual({ command, stdout: "", stderr: "" });
  }
  const { stdout: names } = await run("ls", [join(folder, "backups")]);
  expect(names).toMatch(/^app_\d{8}T\d{6}Z_[0-9a-f]{6}\.json$/m);
});
