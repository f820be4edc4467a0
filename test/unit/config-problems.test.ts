import { expect, test } from "vitest";
import { configWorld } from "../support/config-world.js";

test("all problems are told at once, with their lines and a suggestion", async () => {
  await using world = await configWorld(`version: 1
targets:
  app: { url: ./app.db, protcted: true }
  shop: { url: "\${SHOP_URL}" }
  old: mysql://root:canary@db/old
  idle: { protected: true }
backup:
  stroe: ./b
  compress: gzpi
  level: 30
  keep: { last: many, dayly: 3 }
  maxRto: 5 parsecs
  verify:
schedule: {}
environments:
  prod: { backup: { fingerprint: md5 } }
`);
  const error = await world.failure({ env: { BACKUP_RETENTION_DAYS: "month", DBOPS_BACKUP_KEEP_WEEKLY: "-1" } });
  expect(error).toMatchObject({ code: "CONFIG.INVALID", exit: 2, message: "the configuration has 15 problems" });
  expect(error.why?.split("\n")).toEqual([
    "dbops.yaml:3: targets.app.protcted: unknown key; did you mean protected?",
    "dbops.yaml:4: targets.shop.url: the variable SHOP_URL is not set",
    "dbops.yaml:5: targets.old.url: no engine serves mysql: (write ./mysql:… for a file)",
    "dbops.yaml:6: targets.idle: url is missing",
    "dbops.yaml:8: backup.stroe: unknown key; did you mean store?",
    'dbops.yaml:9: backup.compress: expected zstd, gzip, none, found "gzpi"; did you mean gzip?',
    "dbops.yaml:10: backup.level: expected a whole number from 1 to 22, found 30",
    'dbops.yaml:11: backup.keep.last: expected a whole number of at least 1, found "many"',
    "dbops.yaml:11: backup.keep.dayly: unknown key; did you mean daily?",
    'dbops.yaml:12: backup.maxRto: expected a duration such as 90s, 25h, 7d or "25 hours", found "5 parsecs"',
    "dbops.yaml:13: backup.verify: expected none, stored, read, restore, found nothing",
    "dbops.yaml:14: schedule: unknown key; known here: version, targets, backup, alerts, database_alerts, connect, audit, environments",
    'dbops.yaml:16: environments.prod.backup.fingerprint: expected auto, hash, counts, none, found "md5"',
    'env DBOPS_BACKUP_KEEP_WEEKLY: expected a whole number of at least 0, found "-1"',
    'env BACKUP_RETENTION_DAYS: expected a duration such as 90s, 25h, 7d or "25 hours", found "month"',
  ]);
});

test("what YAML itself forbids is told with its line: syntax, duplicate keys, dangling aliases", async () => {
  await using world = await configWorld("version: 1\nbackup:\n  store: a\n  store: b\n");
  expect((await world.failure()).why).toMatch(/^dbops\.yaml:4: Map keys must be unique/);
  await world.write("dbops.yaml", "version: 1\ntargets: {app: [\n");
  expect((await world.failure()).why).toMatch(/^dbops\.yaml:\d+: /);
  await world.write("dbops.yaml", "version: 1\nbackup: *nowhere\n");
  expect((await world.failure()).why).toMatch(/nowhere/);
});

test("sections may be empty; anchors may be used", async () => {
  await using world = await configWorld("version: 1\ntargets:\nbackup:\n  keep:\naudit:\n");
  expect((await world.load()).targets).toEqual([]);
  const anchored = "version: 1\ntargets:\n  a: {url: a.db, backup: &b {level: 3}}\n  c: {url: c.db, backup: *b}\n";
  await world.write("dbops.yaml", anchored);
  expect((await world.load()).one("c").backup.level).toBe(3);
});

test.each([
  ["targets: {}\n", "dbops.yaml:1: version: expected 1"],
  ["version: one\n", "dbops.yaml:1: version: expected 1"],
  ["version: 0\n", "dbops.yaml:1: version: expected 1"],
  ["", "dbops.yaml:1: version: expected 1"],
  ["- a\n", "dbops.yaml:1: "],
  ["version: 1\ntargets: [a]\n", "dbops.yaml:2: targets: expected a section"],
  ["version: 1\nbackup: 3\n", "dbops.yaml:2: backup: expected a section"],
  ["version: 1\ntargets:\n  -x: a.db\n", "dbops.yaml:3: targets.-x: a target's name must not"],
  ["version: 1\ntargets:\n  a/b: a.db\n", "dbops.yaml:3: targets.a/b: a target's name must not"],
  ['version: 1\ntargets:\n  "sqlite:a": a.db\n', "dbops.yaml:3: targets.sqlite:a: a target's name must not"],
  ["version: 1\ntargets:\n  a: 7\n", "dbops.yaml:3: targets.a: expected a section"],
  ["version: 1\ntargets:\n  a: {url: [x]}\n", "dbops.yaml:3: targets.a.url: expected a path, a URL"],
  ["version: 1\nbackup: {encryptTo: ssh-ed25519}\n", "dbops.yaml:2: backup.encryptTo: expected age recipients"],
  ['version: 1\nbackup: {store: "s3://bucket/x"}\n', "dbops.yaml:2: backup.store: a store is a folder"],
])("%j is refused", async (yaml, expected) => {
  await using world = await configWorld(yaml);
  const error = await world.failure();
  expect(error.code).toBe("CONFIG.INVALID");
  expect(error.why).toContain(expected);
});

test("a newer version is exit 8 and names what is needed", async () => {
  await using world = await configWorld("version: 2\nwhatever: 1\n");
  const error = await world.failure();
  expect(error).toMatchObject({ code: "UNSUPPORTED.FORMAT_VERSION", exit: 8 });
  expect(error.hint).toContain("version 2");
});

test("messages never repeat a password or passphrase", async () => {
  const yaml = "version: 1\ntargets: {a: 'mysql://u:canary@h/d'}\nbackup: {passphrase: canary, encryptTo: canary}\n";
  await using world = await configWorld(yaml);
  const error = await world.failure();
  expect(error.why).toContain("backup.passphrase: expected a reference");
  expect(`${error.message}${error.why}${error.hint}`).not.toContain("canary");
});
