import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configWorld } from "../support/config-world.js";

const RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

test("a key turns encryption on: age1… is a recipient, anything else a passphrase", async () => {
  await using world = await configWorld();
  const recipient = (await world.load({ env: { BACKUP_ENCRYPTION_KEY: RECIPIENT } })).backup;
  expect(recipient).toMatchObject({ encryptTo: [RECIPIENT], passphrase: null });
  const passphrase = (await world.load({ env: { BACKUP_ENCRYPTION_KEY: "canary words" } })).backup;
  expect(passphrase.encryptTo).toEqual([]);
  expect(passphrase.passphrase?.reveal()).toBe("canary words");
  expect(world.secrets).toEqual(["canary words"]);
  expect(JSON.stringify(passphrase)).not.toContain("canary");
});

test.each(["BACKUP_ENCRYPTION", "BACKUP_ENCRYPTION_ENABLED"])("%s without a key is exit 2", async (name) => {
  await using world = await configWorld();
  const error = await world.failure({ env: { [name]: "true" } });
  expect(error).toMatchObject({ code: "CONFIG.INVALID", exit: 2 });
  expect(error.why).toContain(`env ${name}: is on, yet there is no key`);
});

test.each(["BACKUP_ENCRYPTION", "BACKUP_ENCRYPTION_ENABLED"])("a key with %s=false is exit 2", async (name) => {
  await using world = await configWorld();
  const error = await world.failure({ env: { [name]: "false", BACKUP_ENCRYPTION_KEY: "x y z" } });
  expect(error).toMatchObject({ code: "CONFIG.INVALID", exit: 2 });
  expect(error.why).toContain("is false, yet BACKUP_ENCRYPTION_KEY is set");
});

test("switches that contradict each other, or say neither, are exit 2", async () => {
  await using world = await configWorld();
  const both = { BACKUP_ENCRYPTION: "true", BACKUP_ENCRYPTION_ENABLED: "false" };
  expect((await world.failure({ env: both })).why).toContain("contradicts BACKUP_ENCRYPTION_ENABLED");
  const neither = { BACKUP_ENCRYPTION: "perhaps", BACKUP_ENCRYPTION_KEY: "x y z" };
  expect((await world.failure({ env: neither })).why).toContain("env BACKUP_ENCRYPTION: expected true or false");
});

test("a private age key is refused as a key", async () => {
  await using world = await configWorld();
  const error = await world.failure({ env: { BACKUP_ENCRYPTION_KEY: "AGE-SECRET-KEY-1CANARY" } });
  expect(error.why).toContain("env BACKUP_ENCRYPTION_KEY: is a private age key");
  expect(error.why).not.toContain("CANARY");
});

test("switched on, each target needs a key, and one that names an explicit none is refused", async () => {
  const yaml = (app: string): string =>
    `version: 1\ntargets: {app: {url: a.db, backup: {${app}}}}\nbackup: {passphrase: {env: PASS}}\n`;
  await using world = await configWorld(yaml(""));
  const env = { BACKUP_ENCRYPTION: "true", PASS: "a passphrase" };
  expect((await world.load({ env })).one("app").backup.passphrase?.reveal()).toBe("a passphrase");
  await world.write("dbops.yaml", yaml("encryptTo: []"));
  expect((await world.load({ env: { PASS: env.PASS } })).one("app").backup.passphrase).toBeNull();
  expect((await world.failure({ env })).why).toContain("there is no key");
});

test("switched on without a general key, a target that only the command line names is refused", async () => {
  const app = `app: {url: a.db, backup: {encryptTo: ${RECIPIENT}}}`;
  await using world = await configWorld(`version: 1\ntargets: {${app}}\n`);
  const config = await world.load({ env: { BACKUP_ENCRYPTION: "true" } });
  expect(config.one("app").backup.encryptTo).toEqual([RECIPIENT]);
  expect(() => config.one("./other.db")).toThrowError(expect.objectContaining({ code: "CONFIG.INVALID" }));
});

test("recipients and a passphrase side by side are refused; the stronger source decides otherwise", async () => {
  const general = `backup: {encryptTo: [${RECIPIENT}]}`;
  await using world = await configWorld(
    `version: 1\ntargets: {a: {url: a.db, backup: {passphrase: {env: P}}}}\n${general}\n`,
  );
  const { backup } = (await world.load({ env: { P: "a passphrase" } })).one("a");
  expect(backup).toMatchObject({ encryptTo: [] });
  expect(backup.passphrase?.reveal()).toBe("a passphrase");
  await world.write("dbops.yaml", `version: 1\nbackup: {encryptTo: [${RECIPIENT}], passphrase: {env: P}}\n`);
  expect((await world.failure({ env: { P: "x y z" } })).why).toContain("either encryptTo or passphrase, not both");
});

test("a secret comes from a file, a variable or a command without a shell", async () => {
  await using world = await configWorld();
  await world.write("ops/pass.txt", "from the file\n");
  const passphrase = async (reference: string): Promise<string | undefined> => {
    await world.write("ops/dbops.yaml", `version: 1\nbackup: {passphrase: ${reference}}\n`);
    const config = await world.load({
      configFlag: "ops/dbops.yaml",
      env: { PASS: "from the variable", PATH: "/usr/bin:/bin" },
    });
    return config.backup.passphrase?.reveal();
  };
  expect(await passphrase("{file: pass.txt}")).toBe("from the file");
  expect(await passphrase("{env: PASS}")).toBe("from the variable");
  expect(await passphrase("'${PASS}'")).toBe("from the variable");
  expect(await passphrase("{command: [printf, 'two words; $(touch ran)']}")).toBe("two words; $(touch ran)");
  expect(await passphrase("{command: \"printf '%s' 'in one line'\"}")).toBe("in one line");
  expect(world.secrets).toContain("in one line");
  await expect(access(join(world.folder, "ops/ran"))).rejects.toThrow("ENOENT");
  await expect(passphrase("{command: 'cat pass.txt | tr a b'}")).rejects.toMatchObject({ code: "CONFIG.INVALID" });
});

test.each([
  ["{file: missing.txt}", "ENOENT"],
  ["{file: empty.txt}", "the file empty.txt is empty"],
  ["{env: NOT_SET}", "the variable NOT_SET is not set"],
  ["{command: [no-such-program-here]}", "the program is not installed"],
  ["{command: [sh, -c, 'echo locked >&2; exit 3']}", "exit status 3: locked"],
])("the secret %s cannot be read: CONFIG.SECRET", async (reference, why) => {
  await using world = await configWorld(`version: 1\nbackup: {passphrase: ${reference}}\n`);
  await world.write("empty.txt", "\n");
  const error = await world.failure({ env: { PATH: "/usr/bin:/bin" } });
  expect(error).toMatchObject({ code: "CONFIG.SECRET", exit: 2 });
  expect(error.message).toContain("backup.passphrase");
  expect(error.why).toContain(why);
});

test("a secret's command is run once for all targets, and ends with the run", async () => {
  const command = "{command: [sh, -c, 'echo once >> runs; echo a passphrase']}";
  await using world = await configWorld(`version: 1\ntargets: {a: a.db, b: b.db}\nbackup: {passphrase: ${command}}\n`);
  await world.load({ env: { PATH: "/usr/bin:/bin" } });
  expect(await readFile(join(world.folder, "runs"), "utf8")).toBe("once\n");
  await world.write("dbops.yaml", "version: 1\nbackup: {passphrase: {command: [sleep, '600']}}\n");
  const controller = new AbortController();
  const loading = world.load({ env: { PATH: "/usr/bin:/bin" }, signal: controller.signal });
  controller.abort(new Error("Ctrl-C"));
  await expect(loading).rejects.toThrow("Ctrl-C");
});

test("config show never holds a secret", async () => {
  const targets = "{a: 'postgres://u:canary@h/d', b: '${B_URL}'}";
  await using world = await configWorld(`version: 1\ntargets: ${targets}\nbackup: {passphrase: {env: P}}\n`);
  const { settings } = await world.load({ env: { P: "canary", B_URL: "postgres://u:canary@h/e" } });
  expect(JSON.stringify(settings)).not.toContain("canary");
  expect(settings).toContainEqual({ key: "backup.passphrase", value: "***", source: "dbops.yaml:3" });
});
