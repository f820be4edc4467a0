import { expect, test } from "vitest";
import { showSchema } from "#dbops/commands/config/show-schema.js";
import { configWorld } from "../support/config-world.js";
import { runCli } from "../support/run-cli.js";

const YAML = `version: 1
targets:
  app: ./app.db
  shop: postgres://u:canary@h/shop
backup:
  passphrase: {env: PASS}
`;

test("config show prints every setting, with --sources where it came from, and no secret", async () => {
  await using world = await configWorld(YAML);
  const env = { PASS: "canary words", BACKUP_RETENTION_DAYS: "30" };
  const plain = await runCli(["config", "show"], { cwd: world.folder, env });
  expect(plain.exit).toBe(0);
  expect(plain.stdout).toContain("backup.keep.within");
  expect(plain.stdout).not.toContain("BACKUP_RETENTION_DAYS");
  const sourced = await runCli(["config", "show", "--sources"], { cwd: world.folder, env });
  expect(sourced.stdout).toMatch(/backup\.keep\.within +30d +env BACKUP_RETENTION_DAYS/);
  expect(sourced.stdout).toMatch(/targets\.shop\.url +postgres:\/\/u:\*\*\*@h\/shop +dbops\.yaml:4/);
  expect(sourced.stdout).toMatch(/backup\.passphrase +\*\*\* +dbops\.yaml:6/);
  expect(`${plain.stdout}${plain.stderr}${sourced.stdout}${sourced.stderr}`).not.toContain("canary");
});

test("config show --json is one document of its schema", async () => {
  await using world = await configWorld(YAML);
  const options = { cwd: world.folder, env: { PASS: "canary words" } };
  const { exit, json, stdout } = await runCli(["config", "show", "--sources", "--json"], options);
  expect(exit).toBe(0);
  expect(showSchema.parse(json().data)).toEqual(json().data);
  expect(json().targets).toEqual(["app", "shop"]);
  expect(stdout).not.toContain("canary");
});

test("a wrong configuration is exit 2 with every problem", async () => {
  await using world = await configWorld("version: 1\ntargts: {}\nbackup: {verify: maybe}\n");
  const { exit, stderr } = await runCli(["config", "show"], { cwd: world.folder });
  expect(exit).toBe(2);
  expect(stderr).toContain("dbops.yaml:2: targts: unknown key; did you mean targets?");
  expect(stderr).toContain("dbops.yaml:3: backup.verify: expected none, stored, read, restore");
});

test("an environment is chosen by --env or DBOPS_ENV", async () => {
  await using world = await configWorld(`${YAML}environments: {prod: {backup: {level: 9}}}\n`);
  const options = { cwd: world.folder, env: { PASS: "canary words" } };
  const { stdout } = await runCli(["config", "show", "--env", "prod"], options);
  expect(stdout).toMatch(/backup\.level +9/);
});
