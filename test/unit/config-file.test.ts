import { join } from "node:path";
import { expect, test } from "vitest";
import { findConfigFile } from "#dbops/lib/config/config-file.js";
import { homeFolder, userFolders } from "#dbops/lib/config/user-folders.js";
import { configWorld } from "../support/config-world.js";

const yaml = (store: string): string => `version: 1\nbackup: { store: ${store} }\n`;

test("the first config found is used: named, project, user; they are not merged", async () => {
  await using world = await configWorld(yaml("/project"));
  await world.write("xdg/dbops/dbops.yaml", yaml("/user"));
  await world.write("other/ops.yaml", yaml("/named"));
  const elsewhere = join(world.folder, "other");
  const env = { XDG_CONFIG_HOME: join(world.folder, "xdg") };
  expect((await world.load({ env })).backup.store).toBe("/project");
  expect((await world.load({ env, cwd: elsewhere })).backup.store).toBe("/user");
  expect((await world.load({ env, configFlag: "other/ops.yaml" })).backup.store).toBe("/named");
  expect((await world.load({ env: { ...env, DBOPS_CONFIG: "other/ops.yaml" } })).backup.store).toBe("/named");
  expect((await world.load({ cwd: elsewhere })).path).toBeNull();
});

test("a user's config is looked for in ~/.config when XDG_CONFIG_HOME is unset or relative", async () => {
  await using world = await configWorld();
  const path = await world.write("home/.config/dbops/dbops.yaml", yaml("/user"));
  expect((await world.load()).path).toBe(path);
  expect((await world.load({ env: { XDG_CONFIG_HOME: "relative" } })).path).toBe(path);
});

test("the system's config comes last, and folders above the working directory are not looked at", async () => {
  await using world = await configWorld(yaml("/above"));
  const system = await world.write("etc/dbops.yaml", yaml("/system"));
  const cwd = join(world.folder, "etc", "deeper");
  const search = { named: null, cwd, userFolder: null, systemFolder: join(world.folder, "etc") };
  expect(await findConfigFile(search)).toEqual({ path: system, folder: search.systemFolder, kind: "system" });
});

test("a named config that does not exist, or is a folder, is an error", async () => {
  await using world = await configWorld(yaml("/project"));
  expect(await world.failure({ configFlag: "missing.yaml" })).toMatchObject({ code: "CONFIG.NOT_FOUND", exit: 2 });
  expect(await world.failure({ configFlag: world.folder })).toMatchObject({ code: "CONFIG.NOT_FOUND" });
});

test("relative paths are relative to the config, not to the working directory; ~/ is the home folder", async () => {
  await using world = await configWorld();
  const keys = "{ store: ./b, identity: ~/key.txt, scratch: ../s }";
  await world.write("ops/dbops.yaml", `version: 1\ntargets: { app: data/app.db }\nbackup: ${keys}\n`);
  const config = await world.load({ configFlag: "ops/dbops.yaml" });
  expect(config.one(null).location).toBe(join(world.folder, "ops/data/app.db"));
  expect(config.backup).toMatchObject({
    store: join(world.folder, "ops/b"),
    identity: join(world.folder, "home/key.txt"),
    scratch: join(world.folder, "s"),
  });
});

test("the folders of a user: XDG first, then home, root's state in /var/lib", () => {
  expect(userFolders({}, "/home/ann", false)).toEqual({
    config: "/home/ann/.config/dbops",
    data: "/home/ann/.local/share/dbops",
    state: "/home/ann/.local/state/dbops",
  });
  expect(userFolders({}, "/root", true).state).toBe("/var/lib/dbops");
  expect(userFolders({ XDG_STATE_HOME: "/s", XDG_DATA_HOME: "/d" }, null, true)).toEqual({
    config: null,
    data: "/d/dbops",
    state: "/s/dbops",
  });
});

test("the home folder comes from the password database when HOME is unset", () => {
  expect(homeFolder({ HOME: "/home/ann" })).toBe("/home/ann");
  expect(homeFolder({})).toMatch(/^\//);
});
