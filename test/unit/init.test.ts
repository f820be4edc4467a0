import { execFile } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { chooseTargets } from "#dbops/lib/init/choose-targets.js";
import { crontabLines } from "#dbops/lib/init/crontab.js";
import { findDatabaseFiles } from "#dbops/lib/init/find-database-files.js";
import { renderConfig } from "#dbops/lib/init/render-config.js";
import { type ConfigWorld, configWorld } from "../support/config-world.js";

const signal = new AbortController().signal;

async function database(world: ConfigWorld, name: string): Promise<string> {
  const path = await world.write(name, "");
  new Database(path).exec("CREATE TABLE t (a)").close();
  return path;
}

async function choose(
  world: ConfigWorld,
  sources: { env?: Record<string, string>; envFile?: Record<string, string>; files?: string[] },
) {
  const config = await world.load();
  return chooseTargets({
    folder: world.folder,
    environment: sources.env ?? {},
    envFile: new Map(Object.entries(sources.envFile ?? {})),
    files: sources.files ?? [],
    locate: (text) => config.locate(text, world.folder),
  });
}

test("databases are known by their first bytes, three folders deep, nearest first", async () => {
  await using world = await configWorld();
  const deep = await database(world, "a/b/c/no-ending");
  const near = await database(world, "z.data");
  for (const name of ["a/b/c/d/too-deep.db", "node_modules/p/x.db", ".git/x.db", "backups/x.db"])
    await database(world, name);
  await database(world, "old.db.before-20260901T000000Z");
  await database(world, "kept/app_20260901T021500Z_7f3a9c.sqlite");
  await database(world, ".dbops-lock-1");
  await world.write("text.db", "SQLite format 2\0 is something else");
  await world.write("empty.db", "");
  await symlink(near, join(world.folder, "link.db"));
  await symlink(world.folder, join(world.folder, "loop"));
  expect(await findDatabaseFiles(world.folder, signal)).toEqual({ databases: [near, deep], unreadable: [] });
});

test("what cannot be read is told", async () => {
  await using world = await configWorld();
  const shut = join(world.folder, "shut");
  await mkdir(shut, { mode: 0o000 });
  const script = `import { findDatabaseFiles } from "#dbops/lib/init/find-database-files.js";
if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
console.log(JSON.stringify(await findDatabaseFiles(${JSON.stringify(world.folder)}, new AbortController().signal)));`;
  await promisify(execFile)("chmod", ["755", world.folder]);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: process.cwd(),
  });
  expect(JSON.parse(stdout)).toEqual({ databases: [], unreadable: [shut] });
});

test("each database is named once; passwords and .env URLs stay where they are", async () => {
  await using world = await configWorld();
  const { targets, notes } = await choose(world, {
    env: { DATABASE_URL: "postgres://u:canary@h/other", DATABASE_PATH: "data/app.db" },
    envFile: {
      DATABASE_URL: "postgres://u:canary@h/shop",
      STATS_URL: "postgresql://h/stats",
      SHADOW_DATABASE_URL: "postgres://h/shadow",
      API_URL: "https://api.example.com",
      EMPTY: "",
    },
    files: [join(world.folder, "data/app.db"), join(world.folder, "x/app.db"), "/srv/app.db"],
  });
  expect(targets).toEqual([
    { name: "shop", url: "${DATABASE_URL}", foundIn: "DATABASE_URL in .env" },
    { name: "stats", url: "${STATS_URL}", foundIn: "STATS_URL in .env" },
    { name: "app", url: "./data/app.db", foundIn: "DATABASE_PATH in the environment" },
    { name: "x-app", url: "./x/app.db", foundIn: "a file" },
    { name: "srv-app", url: "/srv/app.db", foundIn: "a file" },
  ]);
  expect(notes).toEqual([]);
});

test("a password in the shell's environment is referred to, with a warning that cron does not see it", async () => {
  await using world = await configWorld();
  const secret = await choose(world, { env: { DATABASE_URL: "postgres://u:canary@h/shop" } });
  expect(secret.targets).toEqual([
    { name: "shop", url: "${DATABASE_URL}", foundIn: "DATABASE_URL in the environment" },
  ]);
  expect(secret.notes).toEqual([expect.stringContaining("cron does not see DATABASE_URL")]);
  const plain = await choose(world, { env: { DATABASE_URL: "postgres://h/shop" } });
  expect(plain).toEqual({
    targets: [{ name: "shop", url: "postgres://h/shop", foundIn: "DATABASE_URL in the environment" }],
    notes: [],
  });
});

test("what is rendered is a configuration that names exactly these targets, whatever they are called", async () => {
  await using world = await configWorld();
  const names = ["plain", "true", "two words", 'q"uote: #', "12", "$(touch ran)", "ünï", "dollar${HOME}"];
  const files = names.map((name) => join(world.folder, "db", `${name}.db`));
  const { targets } = await choose(world, { files });
  await world.write("dbops.yaml", renderConfig(targets));
  const config = await world.load({ env: { HOME: "/nowhere" } });
  expect(config.targets.map(({ location }) => location).sort()).toEqual(files.sort());
  expect(new Set(config.targets.map(({ name }) => name)).size).toBe(names.length);
  await world.write("dbops.yaml", renderConfig([]));
  expect((await world.load()).targets).toEqual([]);
});

test("every line that is commented out in the file is valid when it is put in", async () => {
  await using world = await configWorld();
  const rendered = renderConfig([{ name: "app", url: "./app.db", foundIn: "a file" }]);
  const settings = rendered.replaceAll(
    /^(\s*)# (?=\s*(?:important|url|protected|service|backup|compress|identity|verify|maxAge|environments|production)\b.*:)/gm,
    "$1",
  );
  await world.write("dbops.yaml", settings);
  const config = await world.load({ envFlag: "production" });
  expect(config.one("important")).toMatchObject({
    isProtected: true,
    backup: { store: "/srv/backups", keep: { daily: 30 } },
  });
  expect(config.backup.maxAgeMs).toEqual([25 * 3_600_000]);
});

test("crontab lines quote paths and escape the percent sign", () => {
  const [nightly = "", drill = "", health = ""] = crontabLines({
    config: "/srv/it's 100%/dbops.yaml",
    targets: ["a b"],
  });
  expect(nightly).toMatch(/^15 2 \* \* \* \/\S+ \/\S+\/bin\/dbops\.js backup --all --prune --quiet --config /);
  expect(nightly).toContain("'/srv/it'\\''s 100\\%/dbops.yaml'");
  expect(drill).toContain("backup drill -t 'a b' --quiet");
  expect(health).toContain("backup health --max-age 25h,48h --quiet");
  expect(crontabLines({ config: "/x", targets: [] })).toEqual([]);
});
