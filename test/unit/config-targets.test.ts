import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseLocation, passwordsIn } from "#dbops/lib/config/target-location.js";
import { configWorld, thrownBy } from "../support/config-world.js";

const base = { folder: "/w", homeDir: "/home/ann" };

test.each([
  ["data/app.db", "sqlite", "/w/data/app.db", "app"],
  ["~/app.sqlite3", "sqlite", "/home/ann/app.sqlite3", "app"],
  ["sqlite:app.v2.db", "sqlite", "/w/app.v2.db", "app.v2"],
  ["sqlite:/abs/app", "sqlite", "/abs/app", "app"],
  ["sqlite:///abs/a%20b.db?cache=shared", "sqlite", "/abs/a b.db", "a b"],
  ["sqlite:odd?name%20.db", "sqlite", "/w/odd?name%20.db", "odd?name%20"],
  ["file:./dev.db?connection_limit=1", "sqlite", "/w/dev.db", "dev"],
  ["./foo:bar.db", "sqlite", "/w/foo:bar.db", "foo:bar"],
  ["postgres://u:p@h:5432/shop?sslmode=require", "postgres", null, "shop"],
  ["postgresql://h1:1,h2:2/shop%20two", "postgres", null, "shop two"],
  ["postgres:///app?host=/run/postgresql", "postgres", null, "app"],
  ["postgres://ann:p%40/@h", "postgres", null, "ann"],
  ["postgres://h/x?dbname=real", "postgres", null, "real"],
  ["POSTGRES://h/x", "postgres", null, "x"],
  ["service:crm", "postgres", null, "crm"],
])("%s", (text, engine, file, derivedName) => {
  expect(parseLocation(text, base)).toEqual({ engine, file, derivedName, location: file ?? text });
});

test("no engine serves other schemes", () => {
  expect(parseLocation("mysql://h/d", base)).toBeNull();
  expect(parseLocation("postgres:shop", base)).toBeNull();
});

test("passwords in URLs are found, as written and decoded", () => {
  expect(passwordsIn("postgres://u:p%40ss@h/d?sslpassword=key&x=1")).toEqual(["p%40ss", "p@ss", "key", "key"]);
  expect(passwordsIn("postgres://h:5432/d")).toEqual([]);
  expect(passwordsIn("/data/app.db")).toEqual([]);
});

test("names win over files; ./ forces the file; a path may be bare only when it shows that it is one", async () => {
  await using world = await configWorld("version: 1\ntargets: {app: ./real.db, list: ./l.db}\n");
  await world.write("app", "");
  await world.write("plain", "");
  const config = await world.load();
  expect(config.one("app")).toMatchObject({ name: "app", isConfigured: true, location: join(world.folder, "real.db") });
  expect(config.one("./app")).toMatchObject({
    isConfigured: false,
    location: join(world.folder, "app"),
    word: "./app",
  });
  expect(config.one("plain").location).toBe(join(world.folder, "plain"));
  for (const word of ["new.db", "new.sqlite", "new.SQLITE3", "x/new"]) {
    expect(config.one(word).location).toBe(join(world.folder, word));
  }
  expect(thrownBy(() => config.one("absent"))).toMatchObject({ code: "USAGE.TARGET_UNKNOWN", exit: 2 });
});

test("a path or URL of a configured target is that target, through links too", async () => {
  const yaml = "version: 1\ntargets: {app: {url: ./real.db, protected: true}, shop: 'postgres://h/shop'}\n";
  await using world = await configWorld(yaml);
  await world.write("real.db", "");
  await symlink("real.db", join(world.folder, "link.db"));
  const config = await world.load();
  for (const word of ["./real.db", "real.db", "sqlite:real.db", "link.db"]) {
    expect(config.one(word)).toMatchObject({ name: "app", isConfigured: true, isProtected: true, word });
  }
  expect(config.one("postgres://h/shop").name).toBe("shop");
  expect(config.one("postgres://h/other").isConfigured).toBe(false);
});

test("a mistyped name gets did-you-mean over names and subcommands; a subcommand is no target", async () => {
  await using world = await configWorld("version: 1\ntargets: {orders: ./o.db, list: ./l.db}\n");
  const config = await world.load({ subcommands: ["list", "verify"] });
  expect(thrownBy(() => config.one("oders")).hint).toBe("did you mean orders?");
  expect(thrownBy(() => config.one("verfiy")).hint).toBe("did you mean verify?");
  expect(thrownBy(() => config.one("zebra")).why).toContain("configured are: orders, list");
  const error = thrownBy(() => config.one("list"));
  expect(error).toMatchObject({ code: "USAGE.INVALID", exit: 2 });
  expect(error.hint).toContain("./list");
});

test("a URL that no engine serves is refused without its password", async () => {
  await using world = await configWorld();
  const config = await world.load();
  const error = thrownBy(() => config.one("mysql://u:canary@h/d"));
  expect(error).toMatchObject({ code: "USAGE.TARGET_UNKNOWN", why: "no engine serves mysql:" });
  expect(error.message).not.toContain("canary");
});

test("without a word: DBOPS_TARGET, else the only configured one, else exit 2 naming all", async () => {
  await using world = await configWorld("version: 1\ntargets: {a: ./a.db}\n");
  expect((await world.load()).one(null)).toMatchObject({ name: "a", word: null });
  await world.write("dbops.yaml", "version: 1\ntargets: {a: ./a.db, b: ./b.db}\n");
  const several = await world.load();
  expect(thrownBy(() => several.one(null))).toMatchObject({ code: "USAGE.TARGET_MISSING", exit: 2 });
  expect(thrownBy(() => several.one(null)).why).toContain("a, b");
  expect(several.some(null).map(({ name }) => name)).toEqual(["a", "b"]);
  const chosen = await world.load({ env: { DBOPS_TARGET: "b" } });
  expect(chosen.one(null)).toMatchObject({ name: "b", word: null });
  expect(chosen.some(null).map(({ name }) => name)).toEqual(["b"]);
  expect(chosen.one("a")).toMatchObject({ name: "a", word: "a" });
  await using bare = await configWorld();
  const none = await bare.load();
  expect(thrownBy(() => none.one(null))).toMatchObject({
    code: "USAGE.TARGET_MISSING",
    why: "no target is configured",
  });
  expect(none.some(null)).toEqual([]);
});

test("DATABASE_URL and DATABASE_PATH count only when the config names no target", async () => {
  await using world = await configWorld("version: 1\n");
  const env = { DATABASE_URL: "postgres://u:canary@h/shop", DATABASE_PATH: "data/app.db" };
  const both = await world.load({ env });
  expect(both.targets.map(({ name, isConfigured }) => [name, isConfigured])).toEqual([
    ["shop", true],
    ["app", true],
  ]);
  expect(world.secrets).toContain("canary");
  expect(both.one("shop").location).toBe(env.DATABASE_URL);
  expect(await world.origin("targets.shop.url", { env })).toBe("postgres://u:***@h/shop from env DATABASE_URL");
  const same = await world.load({ env: { DATABASE_URL: "file:./data/app.db", DATABASE_PATH: "data/app.db" } });
  expect(same.targets).toHaveLength(1);
  await world.write("dbops.yaml", "version: 1\ntargets: {own: ./own.db}\n");
  expect((await world.load({ env })).targets.map(({ name }) => name)).toEqual(["own"]);
});

test("two application databases of one name stay apart; one of another kind is told", async () => {
  await using world = await configWorld();
  const { targets } = await world.load({ env: { DATABASE_URL: "postgres://h/app", DATABASE_PATH: "app.db" } });
  expect(targets.map(({ name }) => name)).toEqual(["app", "app-2"]);
  const { notices } = await world.load({ env: { DATABASE_URL: "mysql://u:canary@h/d" } });
  expect(notices).toEqual(["env DATABASE_URL is not used: no engine serves mysql:"]);
});

test("service commands are argv arrays or split without a shell; both are needed", async () => {
  const yaml = (service: string): string => `version: 1\ntargets: {app: {url: a.db, service: ${service}}}\n`;
  await using world = await configWorld(yaml("{stop: [systemctl, stop, app], start: \"run 'a b' c\\\\ d\"}"));
  expect((await world.load()).one(null).service).toEqual({
    stop: ["systemctl", "stop", "app"],
    start: ["run", "a b", "c d"],
  });
  await world.write("dbops.yaml", yaml("{stop: [x]}"));
  expect((await world.failure()).why).toContain("targets.app.service: start is missing");
  for (const shell of ["a && b", "a > b", "a; b", "echo $(x)", "say 'open"]) {
    await world.write("dbops.yaml", yaml(`{stop: ${JSON.stringify(shell)}, start: [x]}`));
    expect((await world.failure()).why).toContain("targets.app.service.stop: expected a command");
  }
});

test("a URL may be kept elsewhere", async () => {
  await using world = await configWorld(
    "version: 1\ntargets: {shop: {url: {file: url.txt}}, app: {url: {env: APP}}}\n",
  );
  await world.write("url.txt", "postgres://u:canary@h/shop\n");
  const config = await world.load({ env: { APP: "data/app.db" } });
  expect(config.one("shop").location).toBe("postgres://u:canary@h/shop");
  expect(config.one("app").location).toBe(join(world.folder, "data/app.db"));
  expect(world.secrets).toContain("canary");
  expect(await world.failure({ env: { APP: "mysql://h/d" } })).toMatchObject({ code: "CONFIG.SECRET" });
});
