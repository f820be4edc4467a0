import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SETTINGS } from "#dbops/lib/config/settings.js";
import { configWorld } from "../support/config-world.js";

const DAY_MS = 86_400_000;

test("precedence: DBOPS_ variables, the target's section, the file, the application's variables, defaults", async () => {
  const target = "targets: {app: {url: a.db, backup: {compress: none}}, other: o.db}\n";
  await using world = await configWorld(`version: 1\n${target}backup: {compress: gzip}\n`);
  const application = { BACKUP_COMPRESSION: "zstd" };
  const config = await world.load({ env: application });
  expect(config.one("app").backup.compress).toBe("none");
  expect(config.one("other").backup.compress).toBe("gzip");
  const own = await world.load({ env: { ...application, DBOPS_BACKUP_COMPRESS: "zstd" } });
  expect(own.one("app").backup.compress).toBe("zstd");
  await world.write("dbops.yaml", "version: 1\ntargets: {app: a.db}\n");
  expect((await world.load({ env: { BACKUP_COMPRESSION: "none" } })).one("app").backup.compress).toBe("none");
  expect((await world.load()).one("app").backup.compress).toBe("zstd");
});

test("every setting remembers its source", async () => {
  const keep = "targets: {app: {url: a.db, backup: {keep: {daily: 14}}}}\n";
  await using world = await configWorld(`version: 1\n${keep}backup:\n  level: 5\n`);
  await world.write(".env", "BACKUP_DIR=./kept\n");
  const env = { DBOPS_BACKUP_VERIFY: "stored", BACKUP_RETENTION_DAYS: "30" };
  expect(await world.origin("backup.verify", { env })).toBe("stored from env DBOPS_BACKUP_VERIFY");
  expect(await world.origin("backup.level", { env })).toBe("5 from dbops.yaml:4");
  expect(await world.origin("backup.store", { env })).toBe("./kept from .env BACKUP_DIR");
  expect(await world.origin("backup.keep.within", { env })).toBe("30d from env BACKUP_RETENTION_DAYS");
  expect(await world.origin("backup.compress", { env })).toBe("zstd from default");
  expect(await world.origin("backup.maxRto", { env })).toBe("null from default");
  expect(await world.origin("targets.app.backup.keep.daily", { env })).toBe("14 from dbops.yaml:2");
  const { settings } = await world.load();
  for (const { key } of Object.values(SETTINGS)) expect(settings.map((setting) => setting.key)).toContain(key);
});

test("BACKUP_RETENTION_DAYS keeps everything younger and leaves keep.last at 3", async () => {
  await using world = await configWorld();
  const { backup } = await world.load({ env: { BACKUP_RETENTION_DAYS: "30" } });
  expect(backup.keep).toEqual({ last: 3, daily: 7, weekly: 4, monthly: 12, yearly: 0, withinMs: 30 * DAY_MS });
});

test("a target's section overrides key by key", async () => {
  const app = "app: {url: a.db, backup: {keep: {weekly: 9}, maxAge: 26h}}";
  await using world = await configWorld(`version: 1\ntargets: {${app}}\nbackup: {keep: {daily: 2}, level: 4}\n`);
  const { backup } = (await world.load()).one("app");
  expect(backup).toMatchObject({ level: 4, maxAgeMs: [26 * 3_600_000], keep: { last: 3, daily: 2, weekly: 9 } });
});

test("an environment is laid over the file key by key, targets included", async () => {
  await using world = await configWorld(`version: 1
targets:
  app: ./dev.db
  tools: ./tools.db
backup: { compress: gzip, level: 3 }
environments:
  prod:
    targets: { app: { protected: true }, extra: ./extra.db }
    backup: { level: 9 }
  stage:
    targets: { app: "\${STAGE_URL}" }
`);
  const plain = await world.load();
  expect(plain.targets.map(({ name }) => name)).toEqual(["app", "tools"]);
  expect(plain.one("app").isProtected).toBe(false);
  const prod = await world.load({ envFlag: "prod" });
  expect(prod.targets.map(({ name }) => name)).toEqual(["app", "tools", "extra"]);
  expect(prod.one("app")).toMatchObject({ isProtected: true, location: join(world.folder, "dev.db") });
  expect(prod.backup).toMatchObject({ compress: "gzip", level: 9 });
  expect(await world.origin("backup.level", { envFlag: "prod" })).toBe("9 from dbops.yaml:9");
  const stage = await world.load({ env: { DBOPS_ENV: "stage", STAGE_URL: "postgres://h/stage" } });
  expect(stage.one("app").engine).toBe("postgres");
});

test("an environment that does not exist is an error with did-you-mean", async () => {
  await using world = await configWorld("version: 1\nenvironments: {staging: {}}\n");
  expect((await world.failure({ envFlag: "stagign" })).why).toContain("did you mean staging?");
  expect((await world.failure({ env: { DBOPS_ENV: "prod" } })).why).toContain("there are staging");
  await using empty = await configWorld();
  expect(await empty.failure({ envFlag: "prod" })).toMatchObject({ code: "CONFIG.INVALID" });
});

test(".env is read beside a found config only, and never overrides a set variable", async () => {
  await using world = await configWorld("version: 1\ntargets: {app: '${APP_DB}'}\n");
  await world.write(".env", 'APP_DB=./from-file.db\nexport QUOTED="a b"\n');
  const config = await world.load();
  expect(config.one(null).location).toBe(join(world.folder, "from-file.db"));
  expect(config.environment.QUOTED).toBe("a b");
  const own = await world.load({ env: { APP_DB: "./own.db" } });
  expect(own.one(null).location).toBe(join(world.folder, "own.db"));
  expect(own.environment.APP_DB).toBe("./own.db");
  await using bare = await configWorld();
  await bare.write(".env", "DATABASE_PATH=./secret.db\n");
  expect((await bare.load()).targets).toEqual([]);
  expect((await bare.load({ envFile: ".env" })).one(null).location).toBe(join(bare.folder, "secret.db"));
});

test("--env-file replaces .env and must exist; a broken .env is only told", async () => {
  await using world = await configWorld("version: 1\n");
  await world.write(".env", "BACKUP_COMPRESSION=none\nthis is no assignment\n");
  await world.write("ops/prod.env", "BACKUP_DIR=./kept\n");
  const named = await world.load({ envFile: "ops/prod.env" });
  expect(named.backup).toMatchObject({ compress: "zstd", store: join(world.folder, "ops/kept") });
  expect((await world.load()).notices).toEqual([".env: not understood: line 2"]);
  expect(await world.failure({ envFile: "missing.env" })).toMatchObject({ code: "CONFIG.NOT_FOUND", exit: 2 });
  await rm(join(world.folder, ".env"));
  await mkdir(join(world.folder, ".env"));
  expect((await world.load()).notices).toEqual([expect.stringContaining(".env was not read: EISDIR")]);
});

test("${NAME} is replaced everywhere, $${ is literal, empty counts as not set", async () => {
  const yaml = "version: 1\ntargets: {app: '${A}/x$${B}.db'}\nbackup: {level: '${L}', maxAge: ['${H}', 48h]}\n";
  await using world = await configWorld(yaml);
  const config = await world.load({ env: { A: "data", L: "7", H: "25h" } });
  expect(config.one(null).location).toBe(join(world.folder, "data/x${B}.db"));
  expect(config.backup).toMatchObject({ level: 7, maxAgeMs: [25 * 3_600_000, 48 * 3_600_000] });
  const error = await world.failure({ env: { A: "", L: "many", H: "25h" } });
  expect(error.why).toContain("dbops.yaml:2: targets.app.url: the variable A is not set");
  expect(error.why).toContain('dbops.yaml:3: backup.level: expected a whole number from 1 to 22, found "many"');
});

test("an empty variable counts as unset", async () => {
  await using world = await configWorld();
  expect((await world.load({ env: { BACKUP_COMPRESSION: "", DBOPS_TARGET: "" } })).backup.compress).toBe("zstd");
});

test("a mistyped DBOPS_ variable is told", async () => {
  await using world = await configWorld();
  const { notices } = await world.load({ env: { DBOPS_BACKUP_STROE: "/x", DBOPS_UNRELATED_THING: "1" } });
  expect(notices).toEqual(["DBOPS_BACKUP_STROE means nothing to dbops; did you mean DBOPS_BACKUP_STORE?"]);
});

test.each([
  ["true", "zstd"],
  ["gz", "gzip"],
  ["off", "none"],
])("BACKUP_COMPRESSION=%s means %s", async (value, expected) => {
  await using world = await configWorld();
  expect((await world.load({ env: { BACKUP_COMPRESSION: value } })).backup.compress).toBe(expected);
});

test.each([
  [{ DB_CONNECT_TIMEOUT: "5" }, 5000],
  [{ DB_CONNECT_TIMEOUT: "5000" }, 5000],
  [{ DB_POOL_CONNECTION_TIMEOUT: "2000" }, 2000],
  [{ DB_POOL_CONNECTION_TIMEOUT: "2000", DB_CONNECT_TIMEOUT: "3s" }, 3000],
  [{ DB_CONNECT_TIMEOUT: "3s", DBOPS_CONNECT_TIMEOUT: "1m" }, 60_000],
  [{}, 10_000],
])("connecting with %j may take %i ms", async (env, expected) => {
  await using world = await configWorld();
  expect((await world.load({ env })).connectTimeoutMs).toBe(expected);
});

test("audit.required", async () => {
  await using world = await configWorld("version: 1\naudit: {required: true}\n");
  expect((await world.load()).audit.isRequired).toBe(true);
});

test("without a config the store is beside the database file; beside or by the place of a config otherwise", async () => {
  await using world = await configWorld();
  const { folder } = world;
  const bare = await world.load({ env: { DATABASE_PATH: "data/app.db" } });
  expect(bare.one(null).backup.store).toBe(join(folder, "data/backups"));
  expect(bare.one("sqlite:./x/y.db").backup.store).toBe(join(folder, "x/backups"));
  expect(bare.one("postgres://h/d").backup.store).toBeNull();
  expect((await world.load({ env: { BACKUP_DIR: "/kept" } })).one("./x.db").backup.store).toBe("/kept");
  await world.write("home/.config/dbops/dbops.yaml", "version: 1\n");
  expect((await world.load()).one("./x.db").backup.store).toBe(join(folder, "home/.local/share/dbops/backups"));
  expect((await world.load({ env: { XDG_DATA_HOME: "/data" } })).backup.store).toBe("/data/dbops/backups");
  await world.write("dbops.yaml", "version: 1\n");
  expect((await world.load()).one("/elsewhere/x.db").backup.store).toBe(join(folder, "backups"));
});
